import type { UserSummary } from '../../src/app/gatehouse.ts';

/** A user of whom a test says little. */
export function userSummary(
  known: Partial<UserSummary> & Pick<UserSummary, 'userId' | 'riskLevel'>,
): UserSummary {
  return {
    profile: null,
    lastDecisions: [],
    window: { from_ms: 0, to_ms: 86_400_000 },
    activity: {
      decisions: 0,
      failed: 0,
      challenged: 0,
      blocked: 0,
      risk: [],
      devices: [],
      networks: [],
      places: [],
      addresses: [],
    },
    deviceStatus: new Map(),
    timeline: [],
    ...known,
  };
}
