import type { Panel } from '../../contracts/rows/panel.ts';
import { actionsOverTime } from './actions-over-time.ts';
import { countries } from './countries.ts';
import { levelsOverTime } from './levels-over-time.ts';
import { summary } from './summary.ts';
import { topReasons } from './top-reasons.ts';

/** Every panel, in the order in which the overview shows them. */
export const PANELS: readonly Panel[] = [summary, actionsOverTime, levelsOverTime, topReasons, countries];
