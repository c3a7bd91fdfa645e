import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';

test('the default policy is what the API documents', () => {
  expect(DEFAULT_POLICY).toEqual({
    id: 'default',
    version: 1,
    mode: 'enforce',
    priorLogOdds: -5.3,
    thresholds: { medium: 0.05, high: 0.5, block: 0.98 },
    levels: {
      low: { action: 'allow', methods: null, noMethod: 'allow_notify' },
      medium: { action: 'challenge', methods: null, noMethod: 'allow_notify' },
      high: { action: 'challenge', methods: ['webauthn', 'push_number_match', 'totp'], noMethod: 'block' },
    },
    blockMinCategories: 2,
    sensitiveTypes: ['mfa_enrollment', 'credential_change', 'account_recovery'],
    degradedSensitive: 'challenge',
    challengeLifetime_s: 600,
    freshness_s: 300,
    lists: [],
  });
});

test('it cannot be changed while the process runs', () => {
  const parts: readonly unknown[] = [
    DEFAULT_POLICY,
    DEFAULT_POLICY.thresholds,
    DEFAULT_POLICY.levels,
    ...Object.values(DEFAULT_POLICY.levels),
    DEFAULT_POLICY.levels.high.methods,
    DEFAULT_POLICY.sensitiveTypes,
  ];
  for (const part of parts) expect(Object.isFrozen(part)).toBe(true);
});
