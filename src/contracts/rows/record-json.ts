import type { FeedbackRecord, OutcomeRecord } from '../../core/record.ts';

/**
 * Outcomes and feedback are sent as objects within their rows: ClickHouse keeps an object's JSON in a String column,
 * so nothing is escaped twice.
 */
export const outcomeFromJson = (json: string): OutcomeRecord => JSON.parse(json) as OutcomeRecord;

/** Without the profile that the verdict made and the values that it taught: they belong to the state's fold, and analysts have no use for them. */
export const storedFeedback = (record: FeedbackRecord): FeedbackRecord => ({
  ...record,
  features: null,
  profile: null,
});
export const feedbackFromJson = (json: string): FeedbackRecord => JSON.parse(json) as FeedbackRecord;
