/** Version of the deciding code; recorded in every decision. Raised whenever the same input could give another score. */
export const ENGINE_VERSION = '1.0.0';
/** Version of the weights (`core/weights.ts`); fitted models replace the hand-set table under names of their own. */
export const MODEL_VERSION = 'hand-1';
