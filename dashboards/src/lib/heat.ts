/** Steps of a map's colour; more cannot be told apart. */
export const HEAT_STEPS = 5;

/**
 * The step of a count, 1 to 5, by its logarithm: countries differ by orders of magnitude, and a linear scale would show
 * the largest one alone. 0 is nothing at all, so that a single login is never painted as none.
 */
export const heatOf = (n: number, most: number): number => {
  if (n <= 0 || most <= 0) return 0;
  if (most === 1) return HEAT_STEPS;
  return 1 + Math.round((Math.log(Math.min(n, most)) / Math.log(most)) * (HEAT_STEPS - 1));
};
