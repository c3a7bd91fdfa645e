import type { Panel } from '../../contracts/rows/panel.ts';
import { actionsOverTime } from './actions-over-time.ts';
import { calibration } from './calibration.ts';
import { challengeMethods } from './challenge-methods.ts';
import { challengeOutcomes } from './challenge-outcomes.ts';
import { challengeOutcomesOverTime } from './challenge-outcomes-over-time.ts';
import { clients } from './clients.ts';
import { countries } from './countries.ts';
import { degradedOverTime } from './degraded-over-time.ts';
import { levelsOverTime } from './levels-over-time.ts';
import { networks } from './networks.ts';
import { ratesOverTime } from './rates-over-time.ts';
import { routes } from './routes.ts';
import { scoreDistribution } from './score-distribution.ts';
import { scoreDrift } from './score-drift.ts';
import { statusesOverTime } from './statuses-over-time.ts';
import { summary } from './summary.ts';
import { topReasons } from './top-reasons.ts';
import { verdictsOverTime } from './verdicts-over-time.ts';

/** Every panel, in the order in which the pages show them. */
export const PANELS: readonly Panel[] = [
  summary,
  actionsOverTime,
  levelsOverTime,
  statusesOverTime,
  ratesOverTime,
  challengeOutcomes,
  challengeOutcomesOverTime,
  challengeMethods,
  topReasons,
  countries,
  routes,
  networks,
  clients,
  degradedOverTime,
  scoreDistribution,
  scoreDrift,
  calibration,
  verdictsOverTime,
];
