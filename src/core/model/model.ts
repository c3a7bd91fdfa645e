import type { CategoryCaps, StackWeights } from '../score.ts';
import { CATEGORY_CAPS } from '../weights.ts';
import { M1 } from './parameters/m1.ts';
import { M2 } from './parameters/m2.ts';
import { M3 } from './parameters/m3.ts';

/** Parameters of the stack with where they come from: plain data, one file a version, never changed once published. */
export interface Model {
  /** Recorded in every decision (`versions.model`). */
  readonly version: string;
  readonly weights: StackWeights;
  readonly caps: CategoryCaps;
  /** `null`: set by hand. */
  readonly fitted: Fitted | null;
}

/** Which data, code and command made the parameters. */
export interface Fitted {
  readonly command: string;
  /** The worlds of the generator that the weights and the calibration saw. */
  readonly data: string;
  /** SHA-256 over the sources that decide the outcome, first 16 hex digits. */
  readonly code: string;
  readonly rows: number;
  readonly attacks: number;
  /** Platt's slope on the calibration worlds before it was folded in. */
  readonly slope: number;
}

/** The signals as their judges mean them, with the caps that were set by hand. */
export const HAND_1: Model = Object.freeze({
  version: 'hand-1',
  weights: Object.freeze({}),
  caps: CATEGORY_CAPS,
  fitted: null,
});

/** Every version that a stored decision may name, so that it can be computed again. */
export const MODELS: ReadonlyMap<string, Model> = new Map(
  [HAND_1, M1, M2, M3].map((model) => [model.version, model]),
);

/** What decides today. */
export const MODEL: Model = M3;
