import { BOT_COUNTRIES } from './access-networks.ts';
import { homeBlock, popularClient, worldBlock } from './attackers.ts';
import type { Attempt } from './bodies.ts';
import type { Attacker } from './event.ts';
import type { Block, Internet } from './internet.ts';
import { hostIn } from './lines.ts';
import type { WorldParameters } from './parameters.ts';
import { type Person, type Population, roundTrip_ms } from './people.ts';
import type { Random } from './random.ts';
import { lookOf } from './user-agents.ts';

export interface Campaign {
  readonly index: number;
  readonly kind: Extract<Attacker, 'stuffing' | 'spray' | 'low_and_slow'>;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly attempts: number;
}

/** An attempt of a campaign: a failure, or the right password (judged without learning). */
export interface CampaignAttempt {
  readonly attempt: Attempt;
  /** The victim of a hit; `null` for a failure. */
  readonly victim: Person | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Hits made per campaign: far more than real ones, so that the share of them that is noticed can be told. */
const HITS = 100;

export function planCampaigns(
  parameters: WorldParameters,
  begin_ms: number,
  random: Random,
): readonly Campaign[] {
  const { background, days } = parameters;
  const plans: Omit<Campaign, 'index'>[] = [];
  const plan = (kind: Campaign['kind'], per30Days: number, attempts: number, hours: () => number): void => {
    const own = random.fork(kind);
    const count = own.poisson((per30Days * days) / 30);
    for (let i = 0; i < count; i++) {
      const start_ms = Math.floor(begin_ms + (0.05 + 0.9 * own.next()) * days * DAY_MS);
      plans.push({
        kind,
        start_ms,
        end_ms: Math.floor(start_ms + hours() * HOUR_MS),
        attempts: Math.max(10, Math.round(attempts * Math.exp(own.normal(0, 0.6)))),
      });
    }
  };
  plan('stuffing', background.stuffing, background.stuffingAttempts, () => 0.5 + random.exponential(2));
  plan('spray', background.spray, background.sprayAttempts, () => 12 + random.exponential(36));
  plan(
    'low_and_slow',
    background.lowAndSlow,
    background.lowAndSlowAttempts,
    () => 72 + random.exponential(96),
  );
  return plans.sort((a, b) => a.start_ms - b.start_ms).map((one, index) => ({ index, ...one }));
}

/**
 * All attempts of a campaign, in no order:
 *
 * - stuffing: leaked pairs in a burst from many addresses with one to twenty kits; most names are unknown here.
 * - spray: a few passwords over all users, one kit, a few addresses, slow.
 * - low and slow: a new home address for each try, clients like the users' own, by day.
 */
export function campaignAttempts(
  campaign: Campaign,
  parameters: WorldParameters,
  internet: Internet,
  population: Population,
  random: Random,
): readonly CampaignAttempt[] {
  const { attackers, background } = parameters;
  const { kind, attempts, start_ms, end_ms } = campaign;
  const known = population.people.filter(({ logins }) => logins > 0);
  const blocks = addressesOf(kind, attempts, internet, attackers.naiveHosting, random);
  const kits = Array.from({ length: kind === 'stuffing' ? random.integer(1, 20) : 1 }, () =>
    popularClient('en-US', start_ms, attackers.sloppyKits, random),
  );
  const country = random.pick(Object.keys(BOT_COUNTRIES));
  const time_ms = (): number => {
    const at_ms = start_ms + Math.floor(random.next() * (end_ms - start_ms));
    if (kind !== 'low_and_slow') return at_ms;
    // By day where the victims are: at night it would stand out.
    const day_ms = Math.floor(at_ms / DAY_MS) * DAY_MS;
    return day_ms + Math.floor((7 + 14 * random.next()) * HOUR_MS);
  };
  const one = (victim: Person | null, status: 'succeeded' | 'failed'): Attempt => {
    const at_ms = time_ms();
    const host = blocks === null ? null : random.pick(blocks);
    const block = host?.block ?? homeBlock(internet, victim?.country ?? country, random);
    const client =
      kind === 'low_and_slow' && victim !== null
        ? likeTheUsers(victim, at_ms)
        : kind === 'low_and_slow'
          ? popularClient('en-US', at_ms, 0, random)
          : random.pick(kits);
    return {
      at_ms,
      status,
      person: victim,
      ...(victim === null ? { typed: `leaked${random.integer(1, 10_000_000)}@example.com` } : {}),
      ip: host?.ip ?? hostIn(block, random),
      ...client,
      rtt_ms: roundTrip_ms({ block, access_ms: 10 + random.exponential(60) }, population.server, random),
      device: { id: random.hex(32), presented: false, bound: false },
    };
  };
  const existing = kind === 'stuffing' ? background.existingUsers : 1;
  const made: CampaignAttempt[] = [];
  for (let i = 0; i < attempts; i++) {
    const person = random.chance(existing) ? random.pick(population.people) : null;
    made.push({ attempt: one(person, 'failed'), victim: null });
  }
  for (let i = 0; i < HITS && known.length > 0; i++) {
    const victim = random.pick(known);
    made.push({ attempt: one(victim, 'succeeded'), victim });
  }
  return made.filter(({ attempt }) => attempt.at_ms >= start_ms);
}

/** The campaign's machines; `null`: a new home for each try. */
function addressesOf(
  kind: Campaign['kind'],
  attempts: number,
  internet: Internet,
  hosting: number,
  random: Random,
): readonly { readonly ip: string; readonly block: Block }[] | null {
  if (kind === 'low_and_slow') return null;
  const count =
    kind === 'spray'
      ? random.integer(3, 30)
      : Math.max(20, Math.round(attempts * (0.1 + 0.9 * random.next())));
  return Array.from({ length: count }, () => {
    const block = worldBlock(internet, hosting, random);
    return { ip: hostIn(block, random), block };
  });
}

function likeTheUsers(
  person: Person,
  at_ms: number,
): Pick<Attempt, 'userAgent' | 'headers' | 'tlsFingerprint'> {
  const software = person.computers[0]?.software;
  if (software === undefined) return { userAgent: null, headers: null, tlsFingerprint: '' };
  const { userAgent, headers, tlsFingerprint } = lookOf(software, person.language, at_ms);
  return { userAgent, headers, tlsFingerprint };
}
