/** Numbers that look random and are the same for the same seed. */
export interface DemoRandom {
  /** In [0, 1). */
  next(): number;
  /** Whole number in [least, most]. */
  integer(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly [T, ...T[]]): T;
  /** About normal: the mean of three uniform draws, stretched to the standard deviation. */
  around(mean: number, deviation: number): number;
  hex(digits: number): string;
}

/** Mulberry32 (T. Ettinger, public domain): 32 bits of state, good enough for invented logins and nothing else. */
export function createDemoRandom(seed: number): DemoRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (values) => values[integer(0, values.length - 1)] ?? values[0],
    // Three uniform draws in [−1, 1] have together a variance of 1.
    around: (mean, deviation) => mean + deviation * (next() + next() + next() - 1.5) * 2,
    hex: (digits) => Array.from({ length: digits }, () => integer(0, 15).toString(16)).join(''),
  };
}
