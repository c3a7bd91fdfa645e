import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import {
  type AnalyticsThreadOptions,
  createAnalyticsThread,
} from '../../../src/adapters/embedded/analytics-thread.ts';
import { createDecisionLog } from '../../../src/adapters/embedded/decision-log.ts';
import { createSinkJournal } from '../../../src/adapters/embedded/sink-journal.ts';
import { decisionRecord, erasureRecord, outcomeRecord } from '../../support/log-records.ts';
import { tempDir } from '../../support/temp-dir.ts';

const silent = pino({ level: 'silent' });
const NOW_MS = 1_790_000_000_000;
const clock = (): number => NOW_MS;

async function setUp(options: Partial<AnalyticsThreadOptions> = {}) {
  const dataDir = options.dataDir ?? tempDir();
  const analytics = await createAnalyticsThread({
    dataDir,
    retention_days: 20_000,
    rollupRetention_days: { minute: 20_000, hour: 20_000, day: 20_000 },
    clock,
    log: silent,
    ...options,
  });
  const log = createDecisionLog({ path: join(dataDir, 'log'), durability: 'process', clock, log: silent });
  onTestFinished(async () => {
    await log.close();
    await analytics.close();
  });
  return { dataDir, analytics, log };
}

test('what was appended here is decided, searched, counted and erased there', async () => {
  const { analytics, log } = await setUp();
  const decision = decisionRecord({ position: log.nextPosition(), action: 'challenge', userId: 'ada' });
  const outcome = outcomeRecord(decision, log.nextPosition());
  await Promise.all([log.append(decision), log.append(outcome)]);
  analytics.nudge();
  await analytics.flush();
  expect(await analytics.acknowledged()).toBe(outcome.position);
  expect(await analytics.decision('default', decision.id)).toEqual({ decision, outcome, feedback: [] });
  expect((await analytics.search('default', { userId: 'ada' }, 10, null)).data).toHaveLength(1);
  const seen: string[] = [];
  for await (const view of analytics.history('default', 'uk_ada')) seen.push(view.decision.id);
  expect(seen).toEqual([decision.id]);
  const { rows } = await analytics.panel('default', 'summary', {
    from: new Date(NOW_MS - 60_000).toISOString(),
    to: new Date(NOW_MS + 60_000).toISOString(),
  });
  expect(rows).toMatchObject([{ decisions: 1, challenged: 1, challenge_rate: 1 }]);
  expect(await analytics.status()).toEqual({
    ok: true,
    problem: null,
    lagRecords: 0,
    lag_ms: 0,
    parkedRows: 0,
    insertedRows: 2,
  });
  await log.append(erasureRecord('default', 'uk_ada', log.nextPosition()));
  await analytics.flush();
  expect(await analytics.decision('default', decision.id)).toBeUndefined();
  expect(await analytics.erase('default', 'uk_ada')).toBe(0);
});

test('rows that were refused go with the user whom they are about, at once and with the sweep', async () => {
  const dataDir = tempDir();
  const journal = createSinkJournal({ path: join(dataDir, 'sink'), durability: 'process' });
  const rows = [
    decisionRecord({ position: 100, userId: 'ada', loginKey: 'lk_ada' }),
    decisionRecord({ position: 200, userId: null, userKey: null, loginKey: 'lk_ada' }),
    decisionRecord({ position: 300, userId: 'bob' }),
    decisionRecord({ position: 400, userId: 'cora' }),
  ].map((record) => ({ position: record.position, reason: 'why', parkedAt_ms: 5, record }));
  await journal.park(rows);
  await journal.close();
  const { analytics } = await setUp({ dataDir });
  const parked = async () => (await analytics.parked('default', 10)).map(({ position }) => position);
  expect(await parked()).toEqual([100, 200, 300, 400]);
  expect(await analytics.eraseParked('default', 'uk_ada', 1_000, [])).toBe(2);
  expect(await parked()).toEqual([300, 400]);
  expect(await analytics.eraseUpTo('default', 'uk_cora', 1_000, [])).toBe(0);
  expect(await parked()).toEqual([300]);
});

test('a decision can be searched within two seconds of its append, without a flush', async () => {
  const { analytics, log } = await setUp();
  const decision = decisionRecord({ position: log.nextPosition() });
  await log.append(decision);
  analytics.nudge();
  await expect
    .poll(async () => (await analytics.search('default', {}, 10, null)).data.length, {
      timeout: 2_000,
      interval: 50,
    })
    .toBe(1);
});

test('errors keep their codes over the thread', async () => {
  const { analytics } = await setUp();
  await expect(analytics.panel('default', 'nothing', {})).rejects.toMatchObject({ code: 'unknown_panel' });
  await expect(analytics.panel('default', 'summary', { from: 'x' })).rejects.toMatchObject({
    code: 'invalid_parameter',
    parameter: 'from',
  });
  await expect(analytics.search('default', {}, 10, 'x')).rejects.toMatchObject({ code: 'invalid_cursor' });
  expect(analytics.panels().map(({ id }) => id)).toContain('summary');
});

test('closing carries the last records over, and a new start finds them', async () => {
  const { dataDir, analytics, log } = await setUp();
  const decision = decisionRecord({ position: log.nextPosition() });
  await log.append(decision);
  await log.close();
  await analytics.close();
  await expect(analytics.decision('default', decision.id)).rejects.toMatchObject({
    code: 'analytics_unavailable',
  });
  const again = await setUp({ dataDir });
  expect((await again.analytics.decision('default', decision.id))?.decision).toEqual(decision);
});

test('the main thread stays free while thousands of records are carried over', async () => {
  const { analytics, log } = await setUp();
  const appends: Promise<void>[] = [];
  for (let i = 0; i < 5_000; i++) {
    appends.push(log.append(decisionRecord({ position: log.nextPosition(), signals: 10 })));
    if (i % 250 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(appends);
  let turns = 0;
  let carried = false;
  const count = (): void => {
    turns++;
    if (!carried) setImmediate(count);
  };
  count();
  await analytics.flush();
  carried = true;
  // Serializing 5,000 rows on this loop would leave it a handful of turns.
  expect(turns).toBeGreaterThan(100);
  expect((await analytics.status()).insertedRows).toBe(5_000);
});

test('a thread that falls over fails its calls with analytics_unavailable and is started again', async () => {
  const { analytics } = await setUp({ entry: new URL('../../support/failing-thread.ts', import.meta.url) });
  await expect(analytics.decision('default', 'crash')).rejects.toMatchObject({
    code: 'analytics_unavailable',
  });
  expect((await analytics.status()).ok).toBe(false);
  await expect
    .poll(() => analytics.decision('default', 'x').catch((error: { code: string }) => error.code), {
      timeout: 15_000,
    })
    .toBeUndefined();
});

test('a thread that cannot start says why', async () => {
  const { dataDir } = await setUp();
  const start = createAnalyticsThread({
    dataDir,
    clock,
    log: silent,
    entry: new URL('../../support/refusing-thread.ts', import.meta.url),
  });
  await expect(start).rejects.toMatchObject({ code: 'schema_too_new', message: 'too new' });
});
