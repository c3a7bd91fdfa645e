import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Place } from '../../core/facts.ts';
import type { ParsedAddress } from './parse-address.ts';

/** Where addresses are, as far as a table knows. */
export interface PlaceTable {
  find(address: ParsedAddress): Place | null;
  readonly entries: number;
  readonly version: string;
  /** Day of the data, `YYYY-MM-DD`. */
  readonly day: string | null;
}

/** Bytes of a record in the package's city files (IPv4, IPv6); only for the count that an operator sees. */
const recordBytes4 = 24;
const recordBytes6 = 48;

/**
 * The places of geoip-lite (GeoLite2 City as of the package's data files). Importing the package blocks the event
 * loop for about 250 ms and keeps 150 MB, which is why it happens here, when the process starts, and only where it
 * is wanted. `accuracy_km` is the package's `area`, which is GeoLite2's accuracy radius. Throws when the package or
 * its data is missing.
 */
export async function loadGeoipLitePlaces(): Promise<PlaceTable> {
  const { default: geoip } = await import('geoip-lite');
  const require = createRequire(import.meta.url);
  const manifestPath = require.resolve('geoip-lite/package.json');
  const data = join(dirname(manifestPath), 'data');
  const [manifest, checksum, size4, size6] = await Promise.all([
    readFile(manifestPath, 'utf8').then((text): unknown => JSON.parse(text)),
    readFile(join(data, 'city.checksum'), 'utf8'),
    stat(join(data, 'geoip-city.dat')).then((file) => file.size),
    stat(join(data, 'geoip-city6.dat')).then((file) => file.size),
  ]);
  const named = /_(\d{4})(\d{2})(\d{2})\.zip/.exec(checksum);
  const day = named === null ? null : `${named[1]}-${named[2]}-${named[3]}`;
  const packageVersion =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '?';
  return {
    find: (address) => {
      const found = geoip.lookup(spellFully(address));
      if (found === null || !/^[A-Z]{2}$/.test(found.country)) return null;
      const [latitude, longitude] = found.ll;
      const located = Number.isFinite(latitude) && Number.isFinite(longitude);
      return {
        country: found.country,
        region: textOrNull(found.region),
        city: textOrNull(found.city),
        latitude: located ? latitude : null,
        longitude: located ? longitude : null,
        accuracy_km: located && found.area > 0 ? found.area : null,
      };
    },
    entries: Math.floor(size4 / recordBytes4) + Math.floor(size6 / recordBytes6),
    version: day === null ? packageVersion : `${packageVersion} (${day})`,
    day,
  };
}

/**
 * geoip-lite 1.4 leaves groups behind where it expands `::` (it reads 2001:db8::1 as 2001:db8:0:1::1), so IPv6 is
 * given to it with all eight groups.
 */
function spellFully(address: ParsedAddress): string {
  if (address.version === 4) return address.ip;
  return address.words
    .flatMap((word) => [word >>> 16, word & 0xffff])
    .map((group) => group.toString(16))
    .join(':');
}

const textOrNull = (text: string): string | null => (text === '' ? null : text);
