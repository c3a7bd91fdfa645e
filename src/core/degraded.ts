import type { Action, Degraded, JudgedSignal } from './decision.ts';
import type { LoginEvent } from './event.ts';
import type { Facts } from './facts.ts';
import type { Known } from './known.ts';
import { type Band, bandOf, floorsOf, type Policy, type Ruling, rule } from './policy.ts';
import {
  type CategoryCaps,
  fromMicro,
  logistic,
  MIN_TELLING_LOG_ODDS,
  type StackWeights,
  UNIT_WEIGHTS,
  weigh,
} from './score.ts';
import { CATEGORIES, type Signal } from './signal.ts';
import { isOwnDevice } from './signals/support/device.ts';

/** The facts that come from state. Those of the address and the client are had from memory, or not at all. */
const STATE_FACTS = ['profile', 'velocity', 'sharing', 'application', 'population'] as const;
type StateFact = (typeof STATE_FACTS)[number];
const BANDS: readonly Band[] = ['low', 'medium', 'high', 'block'];

/** State that did not arrive: names as in `Facts`, and the worse of the causes. */
export interface Missing {
  readonly facts: readonly StateFact[];
  readonly cause: 'timeout' | 'unavailable';
}

/** What state is missing because it was late or gone; `null` when all of it is there or was never to be read. */
export function missingState(facts: Facts): Missing | null {
  const { profile, deviceIsTheirs, velocity, sharing, application, population } = facts;
  // Nearly every decision: no allocation.
  if (
    !isLost(profile) &&
    !isLost(deviceIsTheirs) &&
    !isLost(velocity) &&
    !isLost(sharing) &&
    !isLost(application) &&
    !isLost(population)
  ) {
    return null;
  }
  const missing: StateFact[] = [];
  // Whose device it is, is read from the profile.
  if (isLost(profile) || isLost(deviceIsTheirs)) missing.push('profile');
  if (isLost(velocity)) missing.push('velocity');
  if (isLost(sharing)) missing.push('sharing');
  if (isLost(application)) missing.push('application');
  if (isLost(population)) missing.push('population');
  const gone = [profile, deviceIsTheirs, velocity, sharing, application, population].some(
    (fact) => !fact.known && fact.why === 'unavailable',
  );
  return { facts: missing, cause: gone ? 'unavailable' : 'timeout' };
}

function isLost(fact: Known<unknown>): boolean {
  return !fact.known && (fact.why === 'timeout' || fact.why === 'unavailable');
}

/** Completes the account of a degraded decision: what answered, and whether the missing facts could have changed it. */
export type DegradedJudge = (
  event: LoginEvent,
  facts: Facts,
  policy: Policy,
  priorLogOdds: number,
  judged: readonly JudgedSignal[],
  ruling: Ruling,
  missing: Missing,
) => Degraded;

/**
 * A judge of degraded decisions over a registry.
 *
 * `robust` is decided from bounds, which additive evidence makes possible: a signal that needs a missing fact could
 * say anything, but its category never more than its caps. So the log-odds lie in a known interval, and the decision
 * is robust when every band in it gives the same action whatever the missing facts say about the device and the
 * history. It errs towards `false`.
 */
export function createDegradedJudge(
  signals: readonly Signal[],
  caps: CategoryCaps,
  weights: StackWeights = UNIT_WEIGHTS,
): DegradedJudge {
  const needs = signals.map(stateNeeds);
  const categoryOf = signals.map((signal) => CATEGORIES.indexOf(signal.category));

  return function judgeDegraded(event, facts, policy, priorLogOdds, judged, ruling, missing) {
    const range = bounds(judged, priorLogOdds, missing.facts);
    return {
      missing: missing.facts,
      cause: missing.cause,
      fallback: ruling.action,
      robust: isRobust(event, facts, policy, ruling, missing.facts, range),
    };
  };

  function bounds(
    judged: readonly JudgedSignal[],
    priorLogOdds: number,
    missing: readonly StateFact[],
  ): Bounds {
    let least = priorLogOdds;
    let most = priorLogOdds;
    let ownLeast = priorLogOdds;
    let ownMost = priorLogOdds;
    let categories = 0;
    let ownCategories = 0;
    for (const [c, category] of CATEGORIES.entries()) {
      const cap = caps[category];
      let up = 0;
      let ownUp = 0;
      let down = 0;
      let open = false;
      let ownOpen = false;
      for (const [i, signal] of judged.entries()) {
        if (categoryOf[i] !== c) continue;
        const strangers = signals[i]?.dependsOnOthers ?? false;
        const share = fromMicro(weigh(weights[signal.id], signal.rawLogOdds));
        if (needs[i]?.some((fact) => missing.includes(fact))) {
          open = true;
          ownOpen ||= !strangers;
        } else if (share > 0) {
          up += share;
          if (!strangers) ownUp += share;
        } else {
          down -= share;
        }
      }
      const trustLeast = Math.min(down, cap.negative);
      const trustMost = open ? cap.negative : trustLeast;
      most += (open ? cap.positive : Math.min(up, cap.positive)) - trustLeast;
      least += Math.min(up, cap.positive) - trustMost;
      ownMost += (ownOpen ? cap.positive : Math.min(ownUp, cap.positive)) - trustLeast;
      ownLeast += Math.min(ownUp, cap.positive) - trustMost;
      if (Math.min(up, cap.positive) >= MIN_TELLING_LOG_ODDS) categories++;
      if (Math.min(ownUp, cap.positive) >= MIN_TELLING_LOG_ODDS) ownCategories++;
    }
    return { least, most, categories, ownLeast, ownMost, ownCategories };
  }
}

/** Between what the log-odds would lie, of all evidence and of the login's own, if the missing facts were there. */
interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly ownLeast: number;
  readonly ownMost: number;
  /** Categories that have telling positive evidence whatever the missing facts say. */
  readonly categories: number;
  readonly ownCategories: number;
}

function isRobust(
  event: LoginEvent,
  facts: Facts,
  policy: Policy,
  ruling: Ruling,
  missing: readonly StateFact[],
  range: Bounds,
): boolean {
  if (ruling.listedOn !== null || ruling.rule === 'logout') return true;
  const bands = between(policy, range.least, range.most, range.categories);
  const ownBands = between(policy, range.ownLeast, range.ownMost, range.ownCategories);
  const profileOpen = missing.includes('profile');
  const history = facts.profile.known ? [facts.profile.value === null] : [true, false];
  const device = profileOpen || missing.includes('sharing') ? [true, false] : [isOwnDevice(event, facts)];
  const answer: Action = ruling.action;
  for (const band of bands) {
    const level = band === 'block' ? 'high' : band;
    for (const profileMissing of history) {
      const floors = floorsOf(policy, event, level, profileMissing, false);
      for (const knownGoodDevice of device) {
        for (const ownBand of ownBands) {
          if (BANDS.indexOf(ownBand) > BANDS.indexOf(band)) continue;
          const other = rule(policy, event, facts, band, ownBand, { floors, knownGoodDevice });
          if (other.action !== answer) return false;
        }
      }
    }
  }
  return true;
}

function between(policy: Policy, least: number, most: number, categories: number): readonly Band[] {
  const from = bandOf(policy, logistic(least), categories);
  const to = bandOf(policy, logistic(most), Number.POSITIVE_INFINITY);
  return BANDS.slice(BANDS.indexOf(from), BANDS.indexOf(to) + 1);
}

/** The state facts among a signal's `needs`, which are paths into `Facts` (with or without `facts.`) or the event. */
function stateNeeds(signal: Signal): readonly StateFact[] {
  const found = new Set<StateFact>();
  for (const need of signal.needs) {
    const root = need.replace(/^facts\./, '').split('.')[0];
    const name = root === 'deviceIsTheirs' ? 'profile' : root;
    const fact = STATE_FACTS.find((candidate) => candidate === name);
    if (fact !== undefined) found.add(fact);
  }
  return [...found];
}
