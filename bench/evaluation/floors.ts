import type { WorldResult } from './run.ts';

/**
 * What `npm run eval -- --quick` must reach, or it fails: the figures of the engine as it stands less a margin for the
 * small worlds of the quick run. They are raised when the engine gets better, and never lowered without a reason in
 * the commit. TPR at 1 % of honest logins challenged; `shipped`: the most that the shipped policy may challenge.
 */
export const FLOORS = {
  stable: {
    tpr: {
      naive: 0.97,
      vpn: 0.95,
      targeted: 0.92,
      very_targeted: 0.8,
      impossible_travel: 0.97,
      aitm: 0.95,
      stuffing: 0.8,
      stealer: 0.3,
      stealer_bound: 0.95,
    },
    auc: { naive: 0.99, targeted: 0.97, very_targeted: 0.95, stealer: 0.75 },
    shippedChallenged: 0.02,
    shippedBlocked: 0.001,
  },
  churny: {
    tpr: { naive: 0.93, vpn: 0.8, targeted: 0.45, very_targeted: 0.5, impossible_travel: 0.9, aitm: 0.9 },
    auc: { naive: 0.98, targeted: 0.93, very_targeted: 0.88, stealer: 0.5 },
    shippedChallenged: 0.04,
    shippedBlocked: 0.002,
  },
} as const;

/** One sentence for each floor that is not reached. */
export function brokenFloors(results: readonly WorldResult[]): readonly string[] {
  const broken: string[] = [];
  for (const { kind, summary, shipped } of results) {
    if (kind === 'drawn') continue;
    const floors = FLOORS[kind];
    const hold = (name: string, value: number | undefined, least: number): void => {
      if (value === undefined || !(value >= least)) {
        broken.push(
          `${kind}: ${name} is ${value?.toFixed(3) ?? 'not measured'}, below the floor of ${least}.`,
        );
      }
    };
    for (const [attacker, least] of Object.entries(floors.tpr)) {
      hold(`TPR at 1 % of ${attacker}`, summary.get(`gatehouse/tpr/0.01/${attacker}`)?.value, least);
    }
    for (const [attacker, least] of Object.entries(floors.auc)) {
      hold(`AUC of ${attacker}`, summary.get(`gatehouse/auc/${attacker}`)?.value, least);
    }
    if (!(shipped.challenged <= floors.shippedChallenged)) {
      broken.push(
        `${kind}: the shipped policy challenges ${shipped.challenged.toFixed(4)} of honest logins, more than ${floors.shippedChallenged}.`,
      );
    }
    if (!(shipped.blocked <= floors.shippedBlocked)) {
      broken.push(
        `${kind}: the shipped policy blocks ${shipped.blocked.toFixed(4)} of honest logins, more than ${floors.shippedBlocked}.`,
      );
    }
  }
  return broken;
}
