import type { Charted, DecisionRecord } from './record.ts';

/** What the charts count a decision under: kept with its attempt, so that the next event of it can take the count back. */
export function chartedAs(record: Pick<DecisionRecord, 'source' | 'event' | 'facts' | 'verdict'>): Charted {
  return {
    source: record.source,
    type: record.event.type,
    applicationId: record.event.applicationId,
    country: record.facts.country,
    score: record.verdict.score,
    degraded: record.verdict.degraded !== null,
    reasons: record.verdict.reasons.map((reason) => reason.code),
  };
}
