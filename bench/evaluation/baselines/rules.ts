import type { LoginFeatures } from './login-features.ts';

/** A rule of thumb: 1 when it would challenge, 0 when not, `null` for a user without an accepted login. */
export interface RuleScorer {
  score(login: LoginFeatures): number | null;
  learn(login: LoginFeatures): void;
}

/** Challenges what the user never had: a country, or a cookie. */
export function createNeverSeenRule(of: (login: LoginFeatures) => string | null): RuleScorer {
  const seen = new Map<string, Set<string>>();
  return {
    learn(login) {
      const value = of(login);
      const values = seen.get(login.user) ?? new Set();
      if (value !== null) values.add(value);
      seen.set(login.user, values);
    },
    score(login) {
      const values = seen.get(login.user);
      const value = of(login);
      return values === undefined ? null : value !== null && values.has(value) ? 0 : 1;
    },
  };
}

export const newCountryRule = (): RuleScorer => createNeverSeenRule((login) => login.country);
export const newDeviceRule = (): RuleScorer => createNeverSeenRule((login) => login.device);
