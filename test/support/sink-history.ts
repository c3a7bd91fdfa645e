import { chartedAs } from '../../src/core/charted.ts';
import type { DecisionRecord, LogRecord } from '../../src/core/record.ts';
import type { openClickHouse } from './clickhouse.ts';
import { decisionRecord, feedbackRecord, outcomeRecord } from './log-records.ts';

export const BASE = 1_790_000_000_000_000;
export const HOUR = 3_600_000_000;

/** Decisions over a day and a half with attempts that go on, outcomes and feedback among them. */
export function history(count: number, from = BASE): LogRecord[] {
  const records: LogRecord[] = [];
  let position = from;
  for (let i = 0; records.length < count; i++) {
    position += 90_000_000;
    const first = decisionRecord({
      position,
      attemptId: `att-${i}`,
      userId: `u${i % 40}`,
      status: i % 3 === 0 ? 'attempted' : 'succeeded',
      action: i % 5 === 0 ? 'challenge' : i % 11 === 0 ? 'block' : 'allow',
      level: i % 5 === 0 ? 'medium' : 'low',
      source: i % 7 === 0 ? 'event' : i % 13 === 0 ? 'dry_run' : 'risk',
      country: i % 2 === 0 ? 'GB' : null,
      score: (i % 100) / 99,
      degraded: i % 17 === 0,
      reasons: i % 2 === 0 ? ['device.new_device', `location.r${i % 4}`] : [],
      signals: 6,
    });
    records.push(first);
    if (i % 3 === 0 && first.source !== 'dry_run') {
      position += 45_000_000;
      records.push(succeeding(first, position));
    }
    if (i % 5 === 0) records.push(outcomeRecord(first, ++position, i % 2 === 0 ? 'passed' : 'not_passed'));
    if (i % 19 === 0) records.push(feedbackRecord(first, ++position));
  }
  return records;
}

export function succeeding(earlier: DecisionRecord, position: number): DecisionRecord {
  return decisionRecord({
    position,
    attemptId: earlier.event.attemptId,
    userId: earlier.event.user.id,
    status: 'succeeded',
    country: 'FR',
    score: 0.5,
    reasons: ['network.hosting'],
    signals: 6,
    supersedes: {
      decisionId: earlier.id,
      status: earlier.event.status,
      action: earlier.verdict.action,
      level: earlier.verdict.level,
      occurredAt_ms: earlier.event.occurredAt_ms,
      failedOn: [],
      charted: chartedAs(earlier),
    },
  });
}

export const counts = async (clickhouse: Awaited<ReturnType<typeof openClickHouse>>) => {
  const [row] = await clickhouse.database.query<{ n: number; ids: number }>(
    'write',
    'SELECT count() AS n, uniqExact(id) AS ids FROM decisions',
  );
  return row;
};
