import type { FeedbackRecord } from './record.ts';

/**
 * Verdicts on one decision that are kept beside it. People give a handful; what gives more is a program, and each
 * further one would make the next dearer for everybody.
 */
export const MOST_FEEDBACK = 32;

/** Verdicts append; the latest analyst's wins over every user's. */
export function standingVerdict(feedback: readonly FeedbackRecord[]): FeedbackRecord | null {
  let standing: FeedbackRecord | null = null;
  for (const verdict of feedback) {
    if (standing?.source === 'analyst' && verdict.source === 'user') continue;
    standing = verdict;
  }
  return standing;
}

/**
 * The verdicts of a decision with one more, in the order of the log: the newest `MOST_FEEDBACK`, and in any case the one
 * that stands, which no number of a user's own may push out. The same one again changes nothing, whether it is still
 * kept or not.
 */
export function withFeedback(
  before: readonly FeedbackRecord[],
  verdict: FeedbackRecord,
): readonly FeedbackRecord[] {
  if (before.some(({ position }) => position === verdict.position)) return before;
  const all = [...before, verdict].toSorted((a, b) => a.position - b.position);
  if (all.length <= MOST_FEEDBACK) return all;
  const standing = standingVerdict(all);
  const oldest = all.findIndex((each) => each !== standing);
  return all.filter((_, index) => index !== oldest);
}

/** What two places hold of one decision's verdicts, each once. */
export function mergeFeedback(
  stored: readonly FeedbackRecord[],
  newer: readonly FeedbackRecord[],
): readonly FeedbackRecord[] {
  if (stored.length === 0) return newer;
  return newer.reduce(withFeedback, stored);
}

/** Whether a verdict says the very same as another, whoever sends it again. */
export function saysTheSame(one: FeedbackRecord, other: FeedbackRecord): boolean {
  return (
    one.verdict === other.verdict &&
    one.source === other.source &&
    one.scope === other.scope &&
    one.note === other.note &&
    one.actor?.type === other.actor?.type &&
    one.actor?.id === other.actor?.id
  );
}
