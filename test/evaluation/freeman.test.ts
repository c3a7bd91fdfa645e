import { describe, expect, it } from 'vitest';
import {
  createFreemanCompat,
  createFreemanConditional,
  IP_WEIGHTS,
  UA_WEIGHTS,
} from '../../bench/evaluation/baselines/freeman.ts';
import type { LoginFeatures } from '../../bench/evaluation/baselines/login-features.ts';
import { newCountryRule, newDeviceRule } from '../../bench/evaluation/baselines/rules.ts';
import { createRandom } from '../../bench/evaluation/generator/random.ts';

/** A small log in which values repeat at every level. */
function log(count: number): readonly LoginFeatures[] {
  const random = createRandom('freeman');
  return Array.from({ length: count }, () => {
    const country = random.pick(['DE', 'FR']);
    const asn = `${country}${random.integer(1, 3)}`;
    const browser = random.pick(['chrome 144', 'firefox 147', 'safari 26']);
    const os = random.pick(['windows 10', 'mac os 15']);
    return {
      user: `u${random.integer(1, 6)}`,
      ip: [`${asn}.${random.integer(1, 6)}`, asn, country],
      ua: [`${browser} on ${os} ${random.integer(1, 2)}`, browser, os, 'desktop'],
      country,
      device: `d${random.integer(1, 10)}`,
    };
  });
}

const FEATURES = [
  { of: (login: LoginFeatures) => login.ip, weights: IP_WEIGHTS },
  { of: (login: LoginFeatures) => login.ua, weights: UA_WEIGHTS },
];

/** The formulas over whole logs, counted anew for every login: slow and plain. */
function direct(
  history: readonly LoginFeatures[],
  login: LoginFeatures,
  form: 'notebook' | 'conditional',
  whole: readonly LoginFeatures[] | null,
): number | null {
  const own = history.filter(({ user }) => user === login.user);
  if (own.length === 0) return null;
  const users = new Set(history.map(({ user }) => user)).size;
  let s = 1 / users / (own.length / history.length);
  for (const { of, weights } of FEATURES) {
    const x = of(login);
    const count = (rows: readonly LoginFeatures[], h: number): number =>
      rows.filter((row) => of(row)[h] === x[h]).length;
    const coarser = (rows: readonly LoginFeatures[]): number =>
      1 +
      weights
        .map((_, h) => (h === 0 ? 0 : new Set(rows.map((row) => of(row)[h])).size))
        .reduce((sum, size) => sum + size, 0);
    const smooth = (c: number, n: number, m: number): number =>
      c === 0 ? 1 / (n + m) : (c / n) * (1 - m / (n + m));
    const n = history.length;
    const m = coarser(history);
    let [g, l] = [0, 0];
    if (form === 'notebook') {
      const c = whole === null ? count(history, 0) + 1 : count(whole, 0);
      g = (weights[0] ?? 0) * (c / (c + coarser(whole ?? history))) * smooth(count(history, 0), n, m);
      for (let h = 1; h < weights.length; h++) g += ((weights[h] ?? 0) * count(history, h)) / n;
      weights.forEach((weight, h) => {
        l += (weight * count(own, h)) / own.length;
      });
    } else {
      g = smooth(count(history, 0), n, m);
      weights.forEach((weight, h) => {
        const within = h === 0 ? 1 : smooth(count(history, 0), count(history, h), m);
        l += (weight * within * count(own, h)) / own.length;
      });
    }
    s *= l === 0 ? 4 : g / l;
  }
  return s;
}

describe('Freeman’s score', () => {
  const logins = log(160);

  it.each(['notebook', 'conditional'] as const)(
    'in the %s form, streamed, is the formula over the log so far',
    (form) => {
      const scorer = form === 'notebook' ? createFreemanCompat() : createFreemanConditional();
      let scored = 0;
      logins.forEach((login, i) => {
        const expected = direct(logins.slice(0, i), login, form, null);
        const score = scorer.score(login);
        if (expected === null) expect(score).toBeNull();
        else {
          expect(score).toBeCloseTo(expected, 12);
          scored += 1;
        }
        scorer.learn(login);
      });
      expect(scored).toBeGreaterThan(100);
    },
  );

  it('with the notebook’s look into the future is the formula with the whole log’s counts', () => {
    const scorer = createFreemanCompat(logins);
    logins.forEach((login, i) => {
      const expected = direct(logins.slice(0, i), login, 'notebook', logins);
      const score = scorer.score(login);
      if (expected !== null) expect(score).toBeCloseTo(expected, 12);
      scorer.learn(login);
    });
  });

  it('of a login that is unknown at every level is 16·N/(U·n), wherever it comes from', () => {
    const scorer = createFreemanCompat();
    for (const login of logins) scorer.learn(login);
    const own = logins.filter(({ user }) => user === 'u1').length;
    const users = new Set(logins.map(({ user }) => user)).size;
    const stranger: LoginFeatures = {
      user: 'u1',
      ip: ['x', 'y', 'z'],
      ua: ['x', 'y', 'z', 'w'],
      country: 'z',
      device: null,
    };
    expect(scorer.score(stranger)).toBeCloseTo((16 * logins.length) / (users * own), 9);
  });

  it('of an equal login is lower for a user with more logins: heavy users are easier prey', () => {
    const scorer = createFreemanCompat();
    const [first] = logins;
    if (first === undefined) throw new Error('the log is empty');
    for (let i = 0; i < 3; i++) scorer.learn({ ...first, user: 'light' });
    for (let i = 0; i < 30; i++) scorer.learn({ ...first, user: 'heavy' });
    const heavy = scorer.score({ ...first, user: 'heavy' }) ?? 0;
    expect(scorer.score({ ...first, user: 'light' })).toBeCloseTo(10 * heavy, 9);
  });
});

describe('the rules', () => {
  it('challenge a country and a cookie that the user never had, and no first login', () => {
    const [login] = log(1);
    if (login === undefined) throw new Error('the log is empty');
    for (const [rule, other] of [
      [newCountryRule(), { ...login, country: 'JP' }],
      [newDeviceRule(), { ...login, device: 'another' }],
    ] as const) {
      expect(rule.score(login)).toBeNull();
      rule.learn(login);
      expect(rule.score(login)).toBe(0);
      expect(rule.score(other)).toBe(1);
    }
  });
});
