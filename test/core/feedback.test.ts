import { expect, test } from 'vitest';
import { MOST_FEEDBACK, mergeFeedback, standingVerdict, withFeedback } from '../../src/core/feedback.ts';
import type { FeedbackRecord } from '../../src/core/record.ts';
import { decisionRecord, feedbackRecord } from '../support/log-records.ts';

const decision = decisionRecord({ position: 1 });
const verdict = (position: number, source: FeedbackRecord['source']): FeedbackRecord => ({
  ...feedbackRecord(decision, position),
  source,
});
const fold = (verdicts: readonly FeedbackRecord[]) =>
  verdicts.reduce<readonly FeedbackRecord[]>(withFeedback, []);
const positions = (verdicts: readonly FeedbackRecord[]): readonly number[] =>
  verdicts.map(({ position }) => position);

test('verdicts that came again, or late, change nothing that is kept', () => {
  const all = Array.from({ length: 3 * MOST_FEEDBACK }, (_, i) =>
    verdict(10 + i, i === 4 ? 'analyst' : 'user'),
  );
  const kept = fold(all);
  expect(positions(kept)).toEqual([14, ...positions(all.slice(1 - MOST_FEEDBACK))]);
  expect(standingVerdict(kept)).toBe(standingVerdict(all));
  expect(positions(fold([...all, ...all]))).toEqual(positions(kept));
  expect(positions(fold(all.toReversed()))).toEqual(positions(kept));
  expect(positions(mergeFeedback(all, all.slice(50)))).toEqual(positions(all));
});

test('what two places know of a decision is told once and in order', () => {
  const [a, b, c] = [verdict(1, 'analyst'), verdict(2, 'user'), verdict(3, 'user')] as const;
  expect(positions(mergeFeedback([a, b], [b, c]))).toEqual([1, 2, 3]);
  expect(mergeFeedback([], [c])).toEqual([c]);
  expect(mergeFeedback([a], [])).toEqual([a]);
});
