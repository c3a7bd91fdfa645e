import { addressText, type Block, type Internet, type Provider } from './internet.ts';
import type { WorldParameters } from './parameters.ts';
import type { Random } from './random.ts';

/** Where a request comes from: an address, where the tables put it, and how slow the last mile is. */
export interface Exit {
  readonly ip: string;
  readonly block: Block;
  readonly access_ms: number;
}

/** An access line whose address changes by itself. Used by one person, a household or an office. */
export interface Line {
  /** The address at that day, which may only grow from call to call. */
  at(day: number): Exit;
  readonly provider: Provider;
  /** First day of the present block when a renumbering brought it; −1 when none did. */
  renumberedOn(): number;
}

/** A day on which a provider gives every line another block. */
export interface Renumbering {
  readonly asn: number;
  readonly day: number;
}

export interface LineMaker {
  home(country: string, random: Random): Line;
  office(country: string, random: Random): Line;
  /** One login from somebody else's line. */
  passing(country: string, random: Random): Exit;
  /** A carrier's gateways as one subscriber meets them. */
  carrier(country: string, random: Random): (random: Random) => Exit;
}

const LAST_HOST = 250;
/** Gateway addresses that a carrier's subscribers of one region share. */
const GATEWAYS = 24;

export function createLineMaker(
  internet: Internet,
  parameters: WorldParameters,
  renumberings: readonly Renumbering[],
): LineMaker {
  const { network } = parameters;

  const place = (country: string, random: Random): { provider: Provider; city: readonly Block[] } => {
    const provider = random.pick(internet.fixed(country));
    const { city } = random.pick(provider.blocks);
    return { provider, city: provider.blocks.filter((block) => block.city === city) };
  };

  const line = (country: string, kind: 'home' | 'office', random: Random): Line => {
    const { provider, city } = place(country, random);
    const access_ms = 6 + random.exponential(8);
    const shared = kind === 'home' && random.chance(network.sharedLines);
    const fixed = kind === 'office' || (!shared && random.chance(network.staticLines));
    const mean_days = shared ? 2 : network.lease_days;
    let block = random.pick(city);
    let host = random.integer(1, shared ? GATEWAYS : LAST_HOST);
    let change_day = fixed ? Number.POSITIVE_INFINITY : random.exponential(mean_days);
    let renumbered = -1;
    const moves = renumberings.filter(({ asn }) => asn === provider.asn).map(({ day }) => day);
    return {
      provider,
      renumberedOn: () => renumbered,
      at(day) {
        while (moves.length > 0 && (moves[0] ?? 0) <= day) {
          renumbered = moves.shift() ?? -1;
          block = random.pick(random.chance(0.5) ? city : provider.blocks);
          host = random.integer(1, shared ? GATEWAYS : LAST_HOST);
        }
        while (change_day <= day) {
          change_day += random.exponential(mean_days);
          if (!shared && !random.chance(network.sameNetwork)) {
            block = random.pick(random.chance(network.sameCity) ? city : provider.blocks);
          }
          host = random.integer(1, shared ? GATEWAYS : LAST_HOST);
        }
        return { ip: addressText(block.base + host), block, access_ms };
      },
    };
  };

  return {
    home: (country, random) => line(country, 'home', random),
    office: (country, random) => line(country, 'office', random),
    passing(country, random) {
      const { city } = place(country, random);
      const block = random.pick(city);
      const ip = addressText(block.base + random.integer(1, LAST_HOST));
      return { ip, block, access_ms: 8 + random.exponential(12) };
    },
    carrier(country, random) {
      const provider = random.pick(internet.mobile(country));
      // A carrier has a handful of gateway sites; a subscriber meets two or three of them.
      const sites = Math.min(12, provider.blocks.length);
      const mine = [random.integer(0, sites - 1), random.integer(0, sites - 1), random.integer(0, sites - 1)];
      const base_ms = 28 + random.exponential(15);
      return (now) => {
        const block = provider.blocks[mine[now.weighted([70, 20, 10])] ?? 0] ?? now.pick(provider.blocks);
        const ip = addressText(block.base + now.integer(1, GATEWAYS));
        return { ip, block, access_ms: base_ms + now.exponential(12) };
      };
    },
  };
}

/** Some address of a block. */
export function hostIn(block: Block, random: Random): string {
  return addressText(block.base + random.integer(1, LAST_HOST));
}
