/**
 * Numbers that look random and depend on nothing but the seed. `fork` gives a stream of its own for a named part of a
 * world, so that asking for more attacks, or fewer days, changes no honest login.
 */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole number in [least, most]. */
  integer(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** An index, chosen in proportion to the weights. */
  weighted(weights: readonly number[]): number;
  normal(mean: number, deviation: number): number;
  exponential(mean: number): number;
  /** Knuth's method below 30, the normal approximation above. */
  poisson(mean: number): number;
  hex(digits: number): string;
  /** Another stream, set by this stream's seed and the parts; independent of what was drawn so far. */
  fork(...parts: readonly (string | number)[]): Random;
}

export function createRandom(seed: string | number): Random {
  return open(`${seed}`);
}

function open(name: string): Random {
  let [a, b, c, d] = [hashOf(name, 1), hashOf(name, 2), hashOf(name, 3), 1];
  // sfc32 of C. Doty-Humphrey's PractRand (public domain): 128 bits of state, passes PractRand.
  const word = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  const next = (): number => word() / 4_294_967_296;
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const normal = (mean: number, deviation: number): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (values) => {
      const value = values[integer(0, values.length - 1)];
      if (value === undefined) throw new RangeError('nothing to pick from');
      return value;
    },
    weighted(weights) {
      let at = next() * weights.reduce((sum, weight) => sum + weight, 0);
      for (let i = 0; i < weights.length; i++) {
        at -= weights[i] ?? 0;
        if (at < 0) return i;
      }
      return weights.length - 1;
    },
    normal,
    exponential: (mean) => -mean * Math.log(1 - next()),
    poisson(mean) {
      if (mean <= 0) return 0;
      if (mean > 30) return Math.max(0, Math.round(normal(mean, Math.sqrt(mean))));
      const limit = Math.exp(-mean);
      let n = 0;
      for (let p = next(); p > limit; p *= next()) n++;
      return n;
    },
    hex: (digits) => {
      let text = '';
      while (text.length < digits) text += word().toString(16).padStart(8, '0');
      return text.slice(0, digits);
    },
    fork: (...parts) => open(`${name}/${parts.join('/')}`),
  };
}

/** 32-bit FNV-1a with a finisher (MurmurHash3's fmix32): similar names give unlike seeds. */
function hashOf(text: string, salt: number): number {
  let h = (0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)) | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
