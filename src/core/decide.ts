import { createDecide, type Decide } from './engine.ts';
import { SIGNALS } from './signals/index.ts';
import { CATEGORY_CAPS } from './weights.ts';

export type { Decide, DecideOptions } from './engine.ts';

/** `decide(event, facts, policy, options)`: decides with every signal of the registry. */
export const decide: Decide = createDecide(SIGNALS, CATEGORY_CAPS);
