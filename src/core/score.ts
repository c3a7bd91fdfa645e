import type { JudgedSignal } from './decision.ts';
import type { LoginEvent } from './event.ts';
import type { Facts } from './facts.ts';
import type { WhyUnknown } from './known.ts';
import { CATEGORIES, type Category, type Details, NO_DETAILS, type Signal } from './signal.ts';

/**
 * How much all evidence of one category together may say, in nats. `positive` bounds the sum of what raises risk,
 * `negative` the size of the sum of what lowers it: correlated signals must not count twice.
 */
export type CategoryCaps = Readonly<
  Record<Category, { readonly positive: number; readonly negative: number }>
>;

/**
 * What a fitted stack makes of one signal's raw log-odds: `alpha` times the raw value within its clips. `alpha` is never
 * negative, so that more evidence against a login never lowers its score; calibration is folded into it.
 */
export interface SignalWeight {
  readonly alpha: number;
  /** Raw nats are cut to these before they are weighed; `lo` ≤ 0 ≤ `hi`. */
  readonly lo: number;
  readonly hi: number;
}
/** By signal id; a signal without an entry counts as it is. */
export type StackWeights = Readonly<Record<string, SignalWeight>>;
export const UNIT_WEIGHTS: StackWeights = Object.freeze({});

/** Raw nats of a signal to whole millionths of its share before caps. */
export function weigh(weight: SignalWeight | undefined, rawLogOdds: number): number {
  if (weight === undefined) return toMicro(rawLogOdds);
  return toMicro(weight.alpha * Math.min(weight.hi, Math.max(weight.lo, rawLogOdds)));
}

/** Evidence below this, in nats, is neither a reason nor a category of its own: it moves odds by less than 11 %. */
export const MIN_TELLING_LOG_ODDS = 0.1;

/** All arithmetic on evidence is done in whole millionths of a nat, so that sums are exact in any order. */
const MICRO = 1e6;
const CATEGORY_INDEX = Object.fromEntries(CATEGORIES.map((category, i) => [category, i])) as Record<
  Category,
  number
>;

export interface Score {
  readonly signals: readonly JudgedSignal[];
  readonly priorLogOdds: number;
  /** Prior plus every signal's share. */
  readonly logOdds: number;
  /** Logistic of `logOdds`: the posterior probability of a takeover, 0–1. */
  readonly score: number;
  /** The same without the positive evidence that strangers can produce (`dependsOnOthers`); never above `score`. */
  readonly ownScore: number;
  /** Categories with telling positive evidence, all of it and without that of strangers. */
  readonly categories: number;
  readonly ownCategories: number;
}

/** Runs every judge in registry order and adds up what they say. Pure and deterministic. */
export type Scorer = (event: LoginEvent, facts: Facts, priorLogOdds: number) => Score;

/** Posterior probability of log-odds in nats. */
export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Log-odds in nats of a probability in (0, 1). */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

/** Nats to whole millionths; never −0. */
export function toMicro(nats: number): number {
  return Math.round(nats * MICRO) + 0;
}

/** Whole millionths to nats: the double nearest to the decimal. */
export function fromMicro(micro: number): number {
  return micro / MICRO;
}

/**
 * A scorer over a registry.
 *
 * Promises: `logOdds` is the prior plus the sum of the shares, exactly in decimal and to 1e-9 in doubles; a category
 * above its cap is scaled in proportion, and its shares then add up to the cap itself, so that more raw evidence
 * never gives a lower score (weights are not negative); a finding that is not a finite number is a defect of its judge and becomes an
 * abstention (`imprecise`), never silence about risk.
 */
export function createScorer(
  signals: readonly Signal[],
  caps: CategoryCaps,
  weights: StackWeights = UNIT_WEIGHTS,
): Scorer {
  const weightOf = signals.map(({ id }) => weights[id]);
  const categoryOf = signals.map((signal) => CATEGORY_INDEX[signal.category]);
  // Two thirds of all verdicts say nothing: one object each serves every decision.
  const silent = signals.map((signal) => verdict(signal, 'neutral', 0, 0, NO_DETAILS, null));
  const abstained = signals.map(() => new Map<WhyUnknown, JudgedSignal>());
  const abstention = (i: number, why: WhyUnknown): JudgedSignal => {
    const known = abstained[i]?.get(why);
    if (known !== undefined) return known;
    const made = verdict(signals[i] as Signal, 'abstain', 0, 0, NO_DETAILS, why);
    abstained[i]?.set(why, made);
    return made;
  };
  const positiveCaps = CATEGORIES.map((category) => toMicro(caps[category].positive));
  const negativeCaps = CATEGORIES.map((category) => toMicro(caps[category].negative));

  return function score(event, facts, priorLogOdds) {
    const judged: JudgedSignal[] = [];
    const positive = zeros();
    const negative = zeros();
    const ownPositive = zeros();

    for (let i = 0; i < signals.length; i++) {
      const signal = signals[i] as Signal;
      const finding = signal.judge(event, facts);
      if (finding.state === 'evidence' && Number.isFinite(finding.rawLogOdds)) {
        // Rounded first: what is recorded gives the same share again.
        const raw = fromMicro(toMicro(finding.rawLogOdds));
        const share = weigh(weightOf[i], raw);
        const category = categoryOf[i] as number;
        if (share > 0) {
          add(positive, category, share);
          if (!signal.dependsOnOthers) add(ownPositive, category, share);
        } else {
          add(negative, category, -share);
        }
        judged.push(verdict(signal, 'evidence', fromMicro(share), raw, finding.details, null));
      } else if (finding.state === 'neutral') {
        judged.push(
          finding.details === NO_DETAILS
            ? (silent[i] as JudgedSignal)
            : verdict(signal, 'neutral', 0, 0, finding.details, null),
        );
      } else {
        judged.push(abstention(i, finding.state === 'abstain' ? finding.why : 'imprecise'));
      }
    }

    const prior = toMicro(priorLogOdds);
    const telling = toMicro(MIN_TELLING_LOG_ODDS);
    let total = prior;
    let own = prior;
    let categories = 0;
    let ownCategories = 0;
    for (let c = 0; c < CATEGORIES.length; c++) {
      const positiveCap = positiveCaps[c] as number;
      const negativeCap = negativeCaps[c] as number;
      const up = at(positive, c);
      const down = at(negative, c);
      if (up > positiveCap) spread(judged, categoryOf, c, up, positiveCap, 1);
      if (down > negativeCap) spread(judged, categoryOf, c, down, negativeCap, -1);
      const trust = Math.min(down, negativeCap);
      const ownUp = Math.min(at(ownPositive, c), positiveCap);
      total += Math.min(up, positiveCap) - trust;
      own += ownUp - trust;
      if (Math.min(up, positiveCap) >= telling) categories++;
      if (ownUp >= telling) ownCategories++;
    }

    const logOdds = fromMicro(total);
    return {
      signals: judged,
      priorLogOdds: fromMicro(prior),
      logOdds,
      score: logistic(logOdds),
      ownScore: logistic(fromMicro(own)),
      categories,
      ownCategories,
    };
  };
}

/** Scales one category's shares of one sign down to its cap; what flooring leaves over goes to the largest share. */
function spread(
  judged: JudgedSignal[],
  categoryOf: readonly number[],
  category: number,
  sum: number,
  cap: number,
  sign: 1 | -1,
): void {
  let left = cap;
  let largest = -1;
  let largestWeighed = 0;
  let largestShare = 0;
  for (let i = 0; i < judged.length; i++) {
    if (categoryOf[i] !== category) continue;
    const signal = judged[i] as JudgedSignal;
    const weighed = sign * toMicro(signal.logOdds);
    if (weighed <= 0) continue;
    const share = Math.floor((weighed * cap) / sum);
    left -= share;
    judged[i] = { ...signal, logOdds: fromMicro(sign * share + 0) };
    if (weighed > largestWeighed) {
      largest = i;
      largestWeighed = weighed;
      largestShare = share;
    }
  }
  if (left === 0 || largest < 0) return;
  judged[largest] = {
    ...(judged[largest] as JudgedSignal),
    logOdds: fromMicro(sign * (largestShare + left) + 0),
  };
}

function verdict(
  signal: Signal,
  state: JudgedSignal['state'],
  logOdds: number,
  rawLogOdds: number,
  details: Details,
  why: JudgedSignal['why'],
): JudgedSignal {
  return { id: signal.id, category: signal.category, state, logOdds, rawLogOdds, details, why };
}

function zeros(): number[] {
  return [0, 0, 0, 0, 0, 0];
}

function at(sums: readonly number[], category: number): number {
  return sums[category] ?? 0;
}

function add(sums: number[], category: number, amount: number): void {
  sums[category] = at(sums, category) + amount;
}
