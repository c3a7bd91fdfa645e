/**
 * How failures to a login vary in a cell beyond chance, by the moments of bins of ten minutes and of four hours: what is
 * odd for ten minutes may be usual, and averages out over a night.
 */
export interface Bins {
  /** Ten-minute bin being filled, as minutes since 1970 / 10; failing people and accepted logins in it. */
  readonly bin: number;
  readonly count: number;
  readonly accepted: number;
  /** The same of the four hours that it lies in. */
  readonly longCount: number;
  readonly longAccepted: number;
}

export interface Moments {
  /** Σ w·(squared deviation of a bin beyond what chance explains), and Σ w·μ², the precision of their quotient. */
  readonly excess: number;
  readonly squares: number;
  /** The same of bins of four hours. */
  readonly longExcess: number;
  readonly longSquares: number;
}

/** What is expected of a bin of so many minutes with so many logins. */
export interface BinExpectation {
  readonly mean: number;
  /** Squared coefficient of variation of that mean, as well as it is known. */
  readonly unknown: number;
  /** Share of it that the cell itself has shown: where it is mostly taken for granted, a bin tells little. */
  readonly believed: number;
}

const BIN_MIN = 10;
/** Ten-minute bins in one of four hours. */
const LONG_BINS = 24;
const DAY_BINS = 144;
const WEEK_BINS = 1_008;
/**
 * Squared coefficient of variation of failures to a login, from one ten minutes to the next and from one four hours to the
 * next, before anything is known (`unknown` and 0.05, give or take 0.1 and 0.07), and its bounds.
 */
const UNKNOWN_PRECISION = 100;
const LONG_UNKNOWN = 0.05;
const LONG_UNKNOWN_PRECISION = 200;
const LEAST = 0.02;
const MOST = 0.5;
/** Minutes for which a short variation lasts: over longer stretches it averages out. */
const SHORT_MIN = 30;

export const NO_MOMENTS: Moments = Object.freeze({ excess: 0, squares: 0, longExcess: 0, longSquares: 0 });

export const emptyBins = (at_min: number): Bins => ({
  bin: Math.floor(at_min / BIN_MIN),
  count: 0,
  accepted: 0,
  longCount: 0,
  longAccepted: 0,
});

/** Squared coefficient of variation of failures to a login over so many minutes; `unknown`: for short, where nothing is known. */
export function variation(known: Moments, minutes: number, unknown: number): number {
  const short = bounded(unknown * UNKNOWN_PRECISION + known.excess, UNKNOWN_PRECISION + known.squares);
  const long = bounded(
    LONG_UNKNOWN * LONG_UNKNOWN_PRECISION + known.longExcess,
    LONG_UNKNOWN_PRECISION + known.longSquares,
  );
  return long + Math.max(0, short - long) * Math.min(1, SHORT_MIN / minutes);
}

const bounded = (excess: number, squares: number): number =>
  Math.min(MOST, Math.max(LEAST, excess / squares));

/** The bins at a later moment, and what those say that are over; `null`: none is. */
export function binsAt(
  bins: Bins,
  at_min: number,
  expected: (minutes: number, accepted: number) => BinExpectation,
): { readonly bins: Bins; readonly said: Moments; readonly forget: number } | null {
  const bin = Math.floor(at_min / BIN_MIN);
  if (bin <= bins.bin) return null;
  const [excess, squares] = momentsOf(bins.count, expected(BIN_MIN, bins.accepted));
  const forget = Math.exp(-Math.min(bin - bins.bin, DAY_BINS) / WEEK_BINS);
  if (Math.floor(bin / LONG_BINS) === Math.floor(bins.bin / LONG_BINS)) {
    const next = { ...bins, bin, count: 0, accepted: 0 };
    return { bins: next, said: { excess, squares, longExcess: 0, longSquares: 0 }, forget };
  }
  const [longExcess, longSquares] = momentsOf(
    bins.longCount,
    expected(BIN_MIN * LONG_BINS, bins.longAccepted),
  );
  return { bins: emptyBins(at_min), said: { excess, squares, longExcess, longSquares }, forget };
}

/**
 * Weighted by the inverse of the variance that a squared deviation has by chance, 2·μ² + μ, so that the thousands of bins
 * of a quiet cell in which nobody fails say as little as they do.
 */
function momentsOf(count: number, { mean, unknown, believed }: BinExpectation): readonly [number, number] {
  const square = mean ** 2;
  const weight = (believed * mean) / (2 * mean + 1);
  return [((count - mean) ** 2 - mean - square * unknown) * weight, square * weight];
}

export const sumOf = (a: Moments, b: Moments): Moments => ({
  excess: a.excess + b.excess,
  squares: a.squares + b.squares,
  longExcess: a.longExcess + b.longExcess,
  longSquares: a.longSquares + b.longSquares,
});

export const scaled = (a: Moments, by: number): Moments => ({
  excess: a.excess * by,
  squares: a.squares * by,
  longExcess: a.longExcess * by,
  longSquares: a.longSquares * by,
});

export const countInBins = (bins: Bins, failing: number, accepted: number): Bins => ({
  bin: bins.bin,
  count: Math.max(0, bins.count + failing),
  accepted: bins.accepted + accepted,
  longCount: Math.max(0, bins.longCount + failing),
  longAccepted: bins.longAccepted + accepted,
});
