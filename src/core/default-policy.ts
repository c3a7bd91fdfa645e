import type { Policy } from './policy.ts';

/**
 * The policy of an installation that has not written its own: "The default policy" of docs/API.md as data.
 *
 * `priorLogOdds` −5.3 is a takeover in 200 logins that reach the first factor, a round figure until fitted on data.
 * `freshness_s` 300: an authentication of the last five minutes is the same sitting.
 */
export const DEFAULT_POLICY: Policy = Object.freeze({
  id: 'default',
  version: 1,
  mode: 'enforce',
  priorLogOdds: -5.3,
  thresholds: Object.freeze({ medium: 0.05, high: 0.5, block: 0.98 }),
  levels: Object.freeze({
    low: Object.freeze({ action: 'allow', methods: null, noMethod: 'allow_notify' }),
    medium: Object.freeze({ action: 'challenge', methods: null, noMethod: 'allow_notify' }),
    high: Object.freeze({
      action: 'challenge',
      methods: Object.freeze(['webauthn', 'push_number_match', 'totp']),
      noMethod: 'block',
    }),
  }),
  blockMinCategories: 2,
  sensitiveTypes: Object.freeze(['mfa_enrollment', 'credential_change', 'account_recovery'] as const),
  degradedSensitive: 'challenge',
  challengeLifetime_s: 600,
  freshness_s: 300,
  lists: Object.freeze([]),
});
