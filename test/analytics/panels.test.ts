import { expect, test } from 'vitest';
import { PANELS } from '../../src/analytics/panels/index.ts';
import type { Panel } from '../../src/contracts/rows/panel.ts';
import type { DecisionRecord, LogRecord } from '../../src/core/record.ts';
import { openClickHouse } from '../support/clickhouse.ts';
import { decisionRecord, feedbackRecord, outcomeRecord } from '../support/log-records.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A UTC midnight. */
const MIDNIGHT_MS = Date.UTC(2026, 8, 21);
const iso = (at_ms: number): string => new Date(at_ms).toISOString();

/** Within one hour, so that every resolution can look at the same decisions. */
function hourOfDecisions(): DecisionRecord[] {
  const records: DecisionRecord[] = [];
  for (let i = 0; i < 60; i++) {
    const at_ms = MIDNIGHT_MS + 5 * HOUR_MS + i * 50_000;
    const first = decisionRecord({
      position: at_ms * 1000,
      userId: `u${i % 9}`,
      status: i % 6 === 0 ? 'attempted' : 'succeeded',
      action: i % 4 === 0 ? 'challenge' : i % 10 === 1 ? 'block' : 'allow',
      level: i % 4 === 0 ? 'medium' : 'low',
      country: i % 3 === 0 ? 'GB' : i % 3 === 1 ? 'FR' : null,
      applicationId: i % 2 === 0 ? 'web' : 'app',
      source: i === 7 ? 'dry_run' : i % 5 === 0 ? 'event' : 'risk',
      reasons: i % 2 === 0 ? ['device.new_device'] : ['network.hosting', 'device.new_device'],
      signals: 1,
      score: ((i % 20) + 0.5) / 20,
      ...(i % 7 === 0 ? { travelledFrom: 'NZ' } : {}),
    });
    records.push(first);
    if (i % 6 === 0) {
      records.push(
        decisionRecord({
          position: at_ms * 1000 + 20_000_000,
          userId: `u${i % 9}`,
          status: 'succeeded',
          country: 'GB',
          applicationId: first.event.applicationId,
          reasons: [],
          signals: 1,
          supersedes: {
            decisionId: first.id,
            status: first.event.status,
            action: first.verdict.action,
            level: first.verdict.level,
            occurredAt_ms: first.event.occurredAt_ms,
            failedOn: [],
            charted: {
              source: first.source,
              type: first.event.type,
              applicationId: first.event.applicationId,
              country: first.facts.country,
              score: first.verdict.score,
              degraded: false,
              reasons: first.verdict.reasons.map((reason) => reason.code),
            },
          },
        }),
      );
    }
  }
  return records;
}

/** Outcomes of the challenges and a verdict. */
function withSaid(records: readonly DecisionRecord[]): LogRecord[] {
  const challenged = records.filter(({ challenge }) => challenge !== null);
  let position = (records.at(-1)?.position ?? 0) + 1;
  return [
    ...records,
    ...challenged
      .slice(2)
      .map((record, i) => outcomeRecord(record, position++, i % 3 === 0 ? 'not_passed' : 'passed')),
    ...challenged.slice(0, 1).map((record) => feedbackRecord(record, position++, 'compromised')),
  ];
}

/** Not all counts are kept by the minute or the day, and some panels read nothing but raw rows. */
function sourceOf(panel: Panel, source: (typeof WINDOWS)[number][0]): string {
  if (panel.counts.length === 0) return 'raw';
  const by = (kept: readonly string[]): boolean => panel.counts.every((name) => kept.includes(name));
  if (source === 'minute' && !by(['decisions', 'outcomes'])) return 'hour';
  if (source === 'day' && !by(['decisions'])) return 'hour';
  return source;
}

const WINDOWS = [
  ['raw', 5 * HOUR_MS, 6 * HOUR_MS],
  ['minute', 0, DAY_MS],
  ['hour', -5 * DAY_MS, 5 * DAY_MS],
  ['day', -100 * DAY_MS, 100 * DAY_MS],
] as const;

test('every panel gives the same sums at every resolution, and says which it used', async () => {
  const clickhouse = await openClickHouse({ clock: () => MIDNIGHT_MS + DAY_MS });
  await clickhouse.sink.insert('b1', withSaid(hourOfDecisions()));
  for (const panel of PANELS) {
    const narrowed = [{}, { application: 'web' }, { source: 'risk', type: 'login' }];
    const takesFilters = panel.parameters.some(({ name }) => name === 'application');
    for (const filters of takesFilters ? narrowed : [{}]) {
      const sums: string[] = [];
      for (const [source, from, to] of WINDOWS) {
        const result = await clickhouse.analytics.panel('default', panel.id, {
          ...filters,
          from: iso(MIDNIGHT_MS + from),
          to: iso(MIDNIGHT_MS + to),
        });
        const expected = sourceOf(panel, source);
        expect(result.source).toBe(expected);
        expect(result.sql).toBe(`${panel.id}.${expected}`);
        const totals = new Map<string, number>();
        for (const row of result.rows) {
          const { t: _, ...rest } = row;
          const words = Object.entries(rest).filter(([, value]) => typeof value === 'string');
          for (const [name, value] of Object.entries(rest)) {
            if (typeof value !== 'number') continue;
            // Shares of points do not add up.
            if (panel.series !== null && panel.series.empty[name] === null) continue;
            const key = `${words.map(([, word]) => word).join()} ${name}`;
            totals.set(key, (totals.get(key) ?? 0) + value);
          }
        }
        sums.push(JSON.stringify([...totals].toSorted()));
      }
      expect(new Set(sums).size, `${panel.id} ${JSON.stringify(filters)}\n${sums.join('\n')}`).toBe(1);
      expect(sums[0]).not.toBe('[]');
    }
  }
});

test('the summary counts each attempt once, leaves dry runs out, and divides only by something', async () => {
  const clickhouse = await openClickHouse({ clock: () => MIDNIGHT_MS + DAY_MS });
  await clickhouse.sink.insert('b1', hourOfDecisions());
  const { rows } = await clickhouse.analytics.panel('default', 'summary', {});
  // 60 tries, one of them a dry run; the 10 that went on count as what they became.
  expect(rows).toEqual([
    {
      decisions: 59,
      challenged: 10,
      blocked: 6,
      users: 9,
      challenge_rate: 10 / 59,
      block_rate: 6 / 59,
      failed: 0,
      degraded: 0,
      mean_score: expect.any(Number),
    },
  ]);
  const empty = await clickhouse.analytics.panel('other', 'summary', {});
  expect(empty.rows).toEqual([
    {
      decisions: 0,
      challenged: 0,
      blocked: 0,
      users: 0,
      challenge_rate: null,
      block_rate: null,
      failed: 0,
      degraded: 0,
      mean_score: null,
    },
  ]);
});

test('a series has a row for every point and key; an empty window has none', async () => {
  const clickhouse = await openClickHouse({ clock: () => MIDNIGHT_MS + DAY_MS });
  await clickhouse.sink.insert('b1', [
    decisionRecord({ position: (MIDNIGHT_MS + HOUR_MS) * 1000 }),
    decisionRecord({ position: (MIDNIGHT_MS + 3 * HOUR_MS) * 1000, action: 'block' }),
  ]);
  const result = await clickhouse.analytics.panel('default', 'actions_over_time', {});
  expect(result).toMatchObject({ from_ms: MIDNIGHT_MS, to_ms: MIDNIGHT_MS + DAY_MS, bucket_s: 900 });
  expect(result.rows).toHaveLength(96 * 2);
  expect(result.rows.filter(({ n }) => n !== 0)).toEqual([
    { t: '2026-09-21T01:00:00Z', action: 'allow', n: 1 },
    { t: '2026-09-21T03:00:00Z', action: 'block', n: 1 },
  ]);
  expect(result.rows[0]).toEqual({ t: '2026-09-21T00:00:00Z', action: 'allow', n: 0 });
  expect((await clickhouse.analytics.panel('other', 'actions_over_time', {})).rows).toEqual([]);
});

test('a window that begins before the minutes were kept reads hours', async () => {
  const clickhouse = await openClickHouse({ clock: () => MIDNIGHT_MS, retention: { minute_days: 14 } });
  const { source } = await clickhouse.analytics.panel('default', 'summary', {
    from: iso(MIDNIGHT_MS - 30 * DAY_MS),
    to: iso(MIDNIGHT_MS - 29 * DAY_MS),
  });
  expect(source).toBe('hour');
});

test('drift compares weeks of logins of known users, whatever attackers and newcomers do', async () => {
  const clickhouse = await openClickHouse();
  const records: DecisionRecord[] = [];
  const add = (day: number, i: number, sketch: Partial<Parameters<typeof decisionRecord>[0]>): void => {
    records.push(
      decisionRecord({
        position: (MIDNIGHT_MS + day * DAY_MS + i * 60_000) * 1000 + records.length,
        signals: 1,
        userId: `u${i % 30}`,
        profileLogins: 40,
        ...sketch,
      }),
    );
  };
  const usual = [0.0001, 0.0004, 0.001, 0.003, 0.02] as const;
  for (let day = 0; day < 28; day++) {
    const shifted = day >= 21;
    for (let i = 0; i < 90; i++) add(day, i, { score: (usual[i % 5] ?? 0) * (shifted ? 20 : 1) });
    // A wave of failures and a day of newcomers are no drift.
    if (day === 15) for (let i = 0; i < 300; i++) add(day, i, { score: 0.97, status: 'failed' });
    if (day === 16) for (let i = 0; i < 300; i++) add(day, i, { score: 0.6, profileLogins: 2 });
  }
  await clickhouse.sink.insert('b1', records);
  const { rows } = await clickhouse.analytics.panel('default', 'score_drift', {
    from: iso(MIDNIGHT_MS),
    to: iso(MIDNIGHT_MS + 28 * DAY_MS),
  });
  expect(rows).toHaveLength(28);
  const psi = rows.map((row) => row.psi);
  // Seven days to look at, and 500 logins before them to hold them against.
  expect(psi.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => null));
  expect(rows[11]).toMatchObject({ n: 630, reference_n: 450 });
  for (const value of psi.slice(12, 21)) expect(value).toBeLessThan(0.01);
  expect(psi[27]).toBeGreaterThan(1);
  const later = await clickhouse.analytics.panel('default', 'score_drift', {
    from: iso(MIDNIGHT_MS + 27 * DAY_MS),
    to: iso(MIDNIGHT_MS + 28 * DAY_MS),
  });
  expect(later.rows).toEqual(rows.slice(27));
});

test('unknown panels and bad parameters are refused with their codes', async () => {
  const clickhouse = await openClickHouse();
  const panel = clickhouse.analytics.panel;
  await expect(panel('default', 'nothing', {})).rejects.toMatchObject({ code: 'unknown_panel' });
  const bad: Readonly<Record<string, string>>[] = [
    { from: 'yesterday' },
    { from: '2026-09-21' },
    { from: '2026-09-22T00:00:00Z', to: '2026-09-21T00:00:00Z' },
    { from: '2026-09-21T00:00:00Z', to: '2026-09-21T00:00:00Z' },
    { from: '2024-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    { to: '2026-13-45T00:00:00Z' },
    { colour: 'red' },
    { application: 'x'.repeat(300) },
  ];
  for (const parameters of bad) {
    await expect(panel('default', 'summary', parameters), JSON.stringify(parameters)).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  }
  for (const limit of ['0', '251', '-1', '1.5', 'x', '1e2']) {
    await expect(panel('default', 'top_reasons', { limit }), limit).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  }
});

test('every panel says what it needs and gives', async () => {
  const clickhouse = await openClickHouse();
  expect(clickhouse.analytics.panels().map(({ id }) => id)).toEqual([
    'summary',
    'actions_over_time',
    'levels_over_time',
    'statuses_over_time',
    'rates_over_time',
    'challenge_outcomes',
    'challenge_outcomes_over_time',
    'challenge_methods',
    'top_reasons',
    'countries',
    'routes',
    'networks',
    'clients',
    'degraded_over_time',
    'score_distribution',
    'score_drift',
    'calibration',
    'verdicts_over_time',
  ]);
  for (const panel of clickhouse.analytics.panels()) {
    expect(panel.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['from', 'to']));
    expect(panel.schema.length).toBeGreaterThan(0);
    const { rows } = await clickhouse.analytics.panel('default', panel.id, {});
    for (const row of rows) expect(Object.keys(row)).toEqual(panel.schema.map(({ name }) => name));
  }
});
