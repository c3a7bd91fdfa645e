import { Packr } from 'msgpackr';
import { withFeedback } from '../../core/feedback.ts';
import type { FeedbackRecord, OutcomeRecord } from '../../core/record.ts';
import type { Annotations } from '../../ports/risk-state.ts';

export const NO_ANNOTATIONS: Annotations = Object.freeze({ outcome: null, feedback: Object.freeze([]) });

const packr = new Packr({ useRecords: false, structuredClone: false });

export const encodeAnnotations = (annotations: Annotations): Uint8Array =>
  packr.pack([annotations.outcome, annotations.feedback]);

/** `null`: nothing was said. */
export function decodeAnnotations(bytes: Buffer | null): Annotations {
  if (bytes === null) return NO_ANNOTATIONS;
  const [outcome, feedback] = packr.unpack(bytes) as [OutcomeRecord | null, readonly FeedbackRecord[]];
  return { outcome, feedback };
}

/** `undefined`: an outcome was reported before, and the first one stands. */
export function annotate(
  before: Annotations,
  record: OutcomeRecord | FeedbackRecord,
): Annotations | undefined {
  if (record.kind === 'outcome') return before.outcome === null ? { ...before, outcome: record } : undefined;
  const feedback = withFeedback(
    before.feedback,
    record.profile === null ? record : { ...record, profile: null },
  );
  return feedback === before.feedback ? before : { ...before, feedback };
}
