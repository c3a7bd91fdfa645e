import type { AutonomousSystem, Place } from '../../core/facts.ts';
import { type Known, known, unknown } from '../../core/known.ts';
import type { LoadedIpIntelligence } from './create-ip-intelligence.ts';

/** What a data set's row says about an address. `-` and the empty text mean that it does not say. */
export interface StatedColumns {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly asn: number | null;
}

/**
 * For replays of a data set that brings its own country and AS, such as the RBA data set (Wiefling et al., ACM TOPS
 * 2022), whose addresses are synthetic: what the real tables know about those addresses is about other people. So
 * country and AS come from `lookup`, the classes of an AS from the stated one, the address counts as public (10.x is
 * somebody's home there), and a place has no coordinates, because none are stated. Lists by address, status and
 * reloading are the base's. Addresses that `lookup` does not know are described by the base.
 */
export function withOverrides(
  base: LoadedIpIntelligence,
  lookup: (ip: string) => StatedColumns | undefined,
): LoadedIpIntelligence {
  return {
    describe: (ip) => {
      const columns = lookup(ip);
      return columns === undefined
        ? base.describe(ip)
        : base.describeStated(ip, { place: placeOf(columns), as: systemOf(columns) });
    },
    describeStated: base.describeStated,
    get version() {
      return `${base.version}+columns`;
    },
    status: base.status,
    reload: base.reload,
    close: base.close,
  };
}

function placeOf(columns: StatedColumns): Known<Place> {
  const country = stated(columns.country)?.toUpperCase() ?? '';
  if (!/^[A-Z]{2}$/.test(country)) return unknown('unavailable');
  return known({
    country,
    region: stated(columns.region),
    city: stated(columns.city),
    latitude: null,
    longitude: null,
    accuracy_km: null,
  });
}

function systemOf({ asn }: StatedColumns): Known<AutonomousSystem> {
  return asn !== null && Number.isInteger(asn) && asn > 0
    ? known({ number: asn, name: null })
    : unknown('unavailable');
}

function stated(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || trimmed === '-' ? null : trimmed;
}
