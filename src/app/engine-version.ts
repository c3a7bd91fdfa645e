import { MODEL } from '../core/model/model.ts';

/** Version of the deciding code; recorded in every decision. Raised whenever the same input could give another score. */
export const ENGINE_VERSION = '1.1.0';
/** Version of the fitted parameters that weigh the signals. */
export const MODEL_VERSION = MODEL.version;
