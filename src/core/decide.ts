import { createDecide, type Decide } from './engine.ts';
import { MODEL } from './model/model.ts';
import { SIGNALS } from './signals/index.ts';

export type { Decide, DecideOptions } from './engine.ts';

/** `decide(event, facts, policy, options)`: decides with every signal of the registry, weighed by the model of the day. */
export const decide: Decide = createDecide(SIGNALS, MODEL.caps, MODEL.weights);
