const HALF_LN_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * ln Γ(x + n) − ln Γ(x) for x > 0 and a whole n ≥ 0: the logarithm of x·(x + 1)···(x + n − 1), as a product while that
 * is short, else by Stirling's series (error below 1e-9 from 8 on; Abramowitz and Stegun 6.1.41).
 */
export function logRising(x: number, n: number): number {
  if (n <= 16) {
    let product = 1;
    for (let i = 0; i < n; i++) product *= x + i;
    return Math.log(product);
  }
  return logRising(x, 8) + stirling(x + n) - stirling(x + 8);
}

function stirling(x: number): number {
  const square = 1 / (x * x);
  return (
    (x - 0.5) * Math.log(x) -
    x +
    HALF_LN_TWO_PI +
    (1 / 12 - square * (1 / 360 - square * (1 / 1_260 - square / 1_680))) / x
  );
}
