import type { WorldResult } from './run.ts';

/** A goal of the project for the stable world, and how the run stands to it. */
export interface TargetResult {
  readonly goal: string;
  /** `NaN`: nothing of the kind happened in the run. */
  readonly value: number;
  readonly met: boolean;
  /** Why it may be out of reach, in figures; `null` where nothing is known to stand in the way. */
  readonly floor: string | null;
}

/** TPR at 1 % of honest logins challenged, one threshold for all attackers. */
export const TPR_GOALS = [
  ['naive', 0.99],
  ['vpn', 0.98],
  ['targeted', 0.95],
  ['very_targeted', 0.75],
  ['aitm', 0.9],
  ['stealer', 0.1],
  ['stealer_bound', 0.98],
] as const;
/** Look-alikes challenged in at most this share at that threshold; new phones are only counted. */
const LOOK_ALIKE_GOAL = 0.05;
const LOOK_ALIKES_HELD = [
  'holiday',
  'corporate_vpn',
  'renumbering',
  'browser_release',
  'password_manager',
] as const;

const percent = (share: number | undefined): string => `${(100 * (share ?? Number.NaN)).toFixed(1)} %`;

export function targetResults({
  summary,
  lookAlikes: figures,
  lookAlikeFloors,
  lookAlikesByRatio,
  ceilings,
  calibration,
  oracle,
}: WorldResult): readonly TargetResult[] {
  const figureOf = (key: string): number => summary.get(`gatehouse/${key}`)?.value ?? Number.NaN;
  const tprs = TPR_GOALS.map(([attacker, goal]): TargetResult => {
    const value = figureOf(`tpr/0.01/${attacker}`);
    const ceiling = ceilings[attacker];
    return {
      goal: `TPR of ${attacker.replaceAll('_', ' ')} at 1 % ≥ ${goal}`,
      value,
      met: value >= goal,
      floor: `${(100 * ceiling).toFixed(1)} % by signatures, if this were the only attacker`,
    };
  });
  const lookAlikes = LOOK_ALIKES_HELD.map((lookAlike): TargetResult => {
    const { value } = figures.gatehouse[lookAlike];
    return {
      goal: `${lookAlike.replaceAll('_', ' ')} challenged ≤ 5 %`,
      value,
      met: value <= LOOK_ALIKE_GOAL,
      floor: [
        `at least ${percent(lookAlikeFloors[lookAlike])} by signatures, if all TPR goals are met`,
        `${percent(lookAlikesByRatio[lookAlike])} by whoever challenges the riskiest signatures`,
        ...(oracle === null ? [] : [`${percent(oracle.lookAlikes[lookAlike])} by trees that saw the labels`]),
      ].join('; '),
    };
  });
  const slope = calibration.slope.value;
  const ratio = calibration.observedOverExpected.value;
  const ownSlope = figureOf('calibration/slope');
  return [
    ...tprs,
    ...lookAlikes,
    {
      goal: 'calibration slope of all worlds together .9–1.1',
      value: slope,
      met: slope >= 0.9 && slope <= 1.1,
      floor: null,
    },
    {
      goal: 'calibration slope of each world, mean .9–1.1',
      value: ownSlope,
      met: ownSlope >= 0.9 && ownSlope <= 1.1,
      floor: null,
    },
    {
      goal: 'observed/expected in the riskiest 1 % .8–1.25',
      value: ratio,
      met: ratio >= 0.8 && ratio <= 1.25,
      floor: null,
    },
  ];
}
