import type { AttackContext } from './attackers.ts';
import { homeBlock } from './attackers.ts';
import type { Attempt } from './bodies.ts';
import type { Label } from './event.ts';
import { hostIn } from './lines.ts';
import { type Person, type Population, roundTrip_ms } from './people.ts';
import type { Random } from './random.ts';
import { drawSoftware, lookOf } from './user-agents.ts';

export interface PoisonPlan {
  readonly day: number;
  /** Victims for each number of missed logins. */
  readonly victims: number;
  /** How many of the attacker's logins are missed and learned. */
  readonly missed: readonly number[];
}

export interface PlannedPoison {
  readonly day: number;
  readonly byPerson: ReadonlyMap<number, { readonly missed: number; readonly random: Random }>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Between two missed logins: so that ten of them fit into the seven days that a provisional value waits. */
const APART_H = 14;
const QUIET_DAYS = 15;

export function planPoison(plan: PoisonPlan, population: Population, random: Random): PlannedPoison {
  const regular = population.people.filter(({ loginsADay }) => loginsADay > 0.1);
  const byPerson = new Map<number, { missed: number; random: Random }>();
  for (const missed of plan.missed) {
    for (let i = 0; i < plan.victims && byPerson.size < regular.length; i++) {
      let person = random.pick(regular);
      while (byPerson.has(person.index)) person = random.pick(regular);
      byPerson.set(person.index, { missed, random: random.fork(person.index) });
    }
  }
  return { day: plan.day, byPerson };
}

/**
 * An attacker who keeps one machine and one home line in the victim's country: judged once before, then taken for
 * the user `missed` times and learned, then judged again within the week, and after two quiet weeks.
 */
export function* poisonEvents(
  plan: PlannedPoison,
  person: Person,
  day: number,
  from_ms: number,
  { internet, population, parameters }: AttackContext,
): Generator<{ readonly attempt: Attempt; readonly label: Label; readonly dryRun: boolean }> {
  const mine = plan.byPerson.get(person.index);
  if (day !== plan.day || mine === undefined || person.logins === 0) return;
  const { missed, random } = mine;
  const block = homeBlock(internet, person.country, random);
  const ip = hostIn(block, random);
  const software = drawSoftware('computer', 1 + random.exponential(parameters.device.updateLag_days), random);
  const id = random.hex(32);
  const at = (hours: number, presented: boolean): Attempt => {
    const at_ms = from_ms + Math.floor((10 + hours) * HOUR_MS);
    const { userAgent, headers, tlsFingerprint } = lookOf(software, person.language, at_ms);
    return {
      at_ms,
      status: 'succeeded',
      person,
      ip,
      userAgent,
      headers,
      tlsFingerprint,
      rtt_ms: roundTrip_ms({ block, access_ms: 20 }, population.server, random),
      device: { id, presented, bound: false },
    };
  };
  const label = (step: 'before' | 'learned' | 'after' | 'quiet'): Label => ({
    kind: 'poison',
    step,
    user: person.index,
    missed,
  });
  yield { attempt: at(0, false), label: label('before'), dryRun: true };
  for (let i = 0; i < missed; i++) {
    yield { attempt: at(1 + i * APART_H, i > 0), label: label('learned'), dryRun: false };
  }
  yield { attempt: at(2 + missed * APART_H, true), label: label('after'), dryRun: true };
  yield { attempt: at((QUIET_DAYS * DAY_MS) / HOUR_MS, true), label: label('quiet'), dryRun: true };
}
