// A log and its analytics thread under load; prints each decision's position once it is acknowledged. Ends by a kill.
import { join } from 'node:path';
import pino from 'pino';
import { createAnalyticsThread } from '../../src/adapters/embedded/analytics-thread.ts';
import { createDecisionLog } from '../../src/adapters/embedded/decision-log.ts';
import { chartedAs } from '../../src/core/charted.ts';
import type { DecisionRecord } from '../../src/core/record.ts';
import { decisionRecord, outcomeRecord } from './log-records.ts';

const [dataDir = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
// Small batches, so that a kill falls into an insert more often than between two.
const analytics = await createAnalyticsThread({
  dataDir,
  clock: Date.now,
  log,
  maxRows: 150,
  maxWait_ms: 20,
});
const decisionLog = createDecisionLog({
  path: join(dataDir, 'log'),
  durability: 'process',
  clock: Date.now,
  log,
});

function next(earlier: DecisionRecord | null, n: number): DecisionRecord {
  const position = decisionLog.nextPosition();
  return decisionRecord({
    position,
    // Over several minutes, hours and months, so that a batch touches many buckets.
    occurredAt_ms: Math.floor(position / 1000) - (n % 50) * 3_000_000,
    userId: `u${n % 30}`,
    status: earlier === null && n % 2 === 0 ? 'attempted' : 'succeeded',
    action: n % 5 === 0 ? 'challenge' : 'allow',
    country: n % 3 === 0 ? 'GB' : 'FR',
    reasons: ['device.new_device', `location.r${n % 4}`],
    signals: 4,
    supersedes:
      earlier === null
        ? null
        : {
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

async function user(seed: number): Promise<never> {
  let earlier: DecisionRecord | null = null;
  for (let n = seed; ; n += 8) {
    const record = next(earlier, n);
    await decisionLog.append(record);
    process.stdout.write(`${record.position}\n`);
    if (n % 7 === 0) await decisionLog.append(outcomeRecord(record, decisionLog.nextPosition()));
    analytics.nudge();
    earlier = record.event.status === 'attempted' ? record : null;
    // Leaves the processor to the thread under test.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

await Promise.all(Array.from({ length: 8 }, (_, seed) => user(seed)));
