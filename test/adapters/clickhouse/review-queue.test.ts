import { expect, test } from 'vitest';
import type { ReviewQueuePage, ReviewQueueRequest } from '../../../src/app/gatehouse.ts';
import { createReviewQueue } from '../../../src/app/review-queue.ts';
import type { DecisionRecord, FeedbackRecord, LogRecord, OutcomeRecord } from '../../../src/core/record.ts';
import { decisionRowOf } from '../../../src/ports/decision-row.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import {
  type DecisionSketch,
  decisionRecord,
  feedbackRecord,
  outcomeRecord,
} from '../../support/log-records.ts';

const BASE = 1_790_000_000_000_000;
const SECOND_US = 1_000_000;
const WINDOW = { from_ms: BASE / 1_000, to_ms: BASE / 1_000 + 86_400_000 };
const WHOLE: ReviewQueueRequest = { window: WINDOW, kinds: null, limit: 100, cursor: null };

/** Records in the order of their making, a second apart. */
function story() {
  const records: LogRecord[] = [];
  const next = (): number => BASE + (records.length + 1) * SECOND_US;
  const add = <R extends LogRecord>(record: R): R => {
    records.push(record);
    return record;
  };
  return {
    records,
    decision: (sketch: Omit<DecisionSketch, 'position'>): DecisionRecord =>
      add(decisionRecord({ signals: 0, ...sketch, position: next() })),
    /** A captcha after a wrong password, as bots get it. */
    friction: (sketch: Omit<DecisionSketch, 'position'>): DecisionRecord => {
      const made = decisionRecord({
        signals: 0,
        action: 'challenge',
        status: 'failed',
        ...sketch,
        position: next(),
      });
      const challenge = {
        kind: 'friction',
        methods: ['captcha'],
        acrValues: null,
        retryAfter_s: null,
      } as const;
      return add({ ...made, verdict: { ...made.verdict, challenge } });
    },
    outcome: (decision: DecisionRecord, status: OutcomeRecord['status']): OutcomeRecord =>
      add({
        ...outcomeRecord(decision, next(), status === 'succeeded' ? 'passed' : 'not_passed'),
        status,
      }),
    verdict: (
      decision: DecisionRecord,
      verdict: FeedbackRecord['verdict'],
      source: FeedbackRecord['source'],
    ) => add({ ...feedbackRecord(decision, next(), verdict), source }),
  };
}

async function queueOf(records: readonly LogRecord[]) {
  const clickhouse = await openClickHouse();
  for (let from = 0; from < records.length; from += 2_000) {
    await clickhouse.sink.insert(`b${from}`, records.slice(from, from + 2_000));
  }
  return createReviewQueue({ analytics: clickhouse.analytics });
}

const kindsOf = (page: ReviewQueuePage) =>
  page.data.map(({ row, kind, also }) => [row.fields.user_id, kind, ...also]);

test('refused and failed second factors wait only after a right first factor; bots at the captcha hide nobody', async () => {
  const { records, ...tell } = story();
  const denied = tell.decision({ userId: 'ada', action: 'challenge', score: 0.6 });
  tell.outcome(denied, 'denied');
  const failed = tell.decision({ userId: 'bob', action: 'challenge', score: 0.6 });
  tell.outcome(failed, 'failed');
  tell.outcome(tell.decision({ userId: 'passing', action: 'challenge' }), 'succeeded');
  tell.outcome(tell.decision({ userId: 'abandoning', action: 'challenge' }), 'abandoned');
  tell.outcome(tell.decision({ userId: 'wrong', action: 'challenge', status: 'failed' }), 'denied');
  for (let i = 0; i < 1_200; i++) {
    tell.outcome(
      tell.friction({ userId: null, userKey: null, loginKey: `typed-${i}` }),
      i % 2 === 0 ? 'denied' : 'failed',
    );
  }
  tell.outcome(tell.friction({ userId: 'slow', status: 'succeeded' }), 'failed');
  const queue = await queueOf(records);
  const page = await queue('default', WHOLE);
  expect(kindsOf(page)).toEqual([
    ['ada', 'challenge_denied'],
    ['bob', 'challenge_failed'],
  ]);
  expect(page.total).toBe(2);
  expect(page.data[0]).toEqual({
    row: decisionRowOf(denied, {
      outcome: records.find((record): record is OutcomeRecord => record.kind === 'outcome') ?? null,
      feedback: [],
    }),
    kind: 'challenge_denied',
    also: [],
    priority: 85,
    why: [{ code: 'challenge_denied', message: expect.stringContaining('first factor was right') }],
    open: 1,
  });
  expect(await queue('other', WHOLE)).toMatchObject({ data: [], total: 0, totals: [], nextCursor: null });
  const before = { ...WHOLE, window: { from_ms: WINDOW.from_ms - 1_000, to_ms: WINDOW.from_ms } };
  expect((await queue('default', before)).total).toBe(0);
});

test('high risk let in, blocks after a right first factor and contradictions wait; what an analyst judged has left', async () => {
  const { records, ...tell } = story();
  tell.decision({ userId: 'let-in', level: 'high', score: 0.9 });
  tell.decision({ userId: 'blocked', action: 'block', level: 'high', score: 0.99 });
  tell.decision({ userId: 'stopped', action: 'block', level: 'high', status: 'failed' });
  tell.decision({ userId: 'tried', action: 'block', level: 'high', source: 'dry_run' });
  tell.verdict(tell.decision({ userId: 'disowned' }), 'compromised', 'user');
  const divided = tell.decision({ userId: 'divided' });
  tell.verdict(divided, 'compromised', 'user');
  tell.verdict(divided, 'legitimate', 'user');
  const vouched = tell.decision({ userId: 'vouched', action: 'challenge' });
  tell.outcome(vouched, 'failed');
  tell.verdict(vouched, 'legitimate', 'user');
  tell.verdict(tell.decision({ userId: 'owned' }), 'legitimate', 'user');
  const judged = tell.decision({ userId: 'judged', action: 'block' });
  tell.verdict(judged, 'compromised', 'user');
  tell.verdict(judged, 'dismissed', 'analyst');
  tell.verdict(judged, 'compromised', 'user');
  const queue = await queueOf(records);
  expect(kindsOf(await queue('default', WHOLE))).toEqual([
    ['vouched', 'contradiction', 'challenge_failed'],
    ['divided', 'contradiction'],
    ['disowned', 'contradiction'],
    ['let-in', 'high_risk_allowed'],
    ['blocked', 'blocked_with_password'],
  ]);
  expect(
    kindsOf(await queue('default', { ...WHOLE, kinds: ['challenge_failed', 'high_risk_allowed'] })),
  ).toEqual([
    ['let-in', 'high_risk_allowed'],
    ['vouched', 'challenge_failed'],
  ]);
});

test('one item a user, the most urgent; who has several open ones is risky, under that kind alone too', async () => {
  const { records, ...tell } = story();
  for (const score of [0.2, 0.99, 0.5]) tell.decision({ userId: 'many', action: 'block', score });
  tell.decision({ userId: 'two', action: 'block', score: 0.7 });
  tell.outcome(tell.decision({ userId: 'two', action: 'challenge', score: 0.1 }), 'denied');
  const queue = await queueOf(records);
  const page = await queue('default', WHOLE);
  expect(kindsOf(page)).toEqual([
    ['two', 'challenge_denied'],
    ['many', 'blocked_with_password', 'risky_user'],
  ]);
  expect(page.data.map(({ row, open }) => [row.fields.score, open])).toEqual([
    [0.1, 2],
    [0.99, 3],
  ]);
  expect(page.totals).toEqual([
    { kind: 'challenge_denied', total: 1 },
    { kind: 'blocked_with_password', total: 1 },
  ]);
  const risky = await queue('default', { ...WHOLE, kinds: ['risky_user'] });
  expect(kindsOf(risky)).toEqual([['many', 'risky_user']]);
  expect(risky.data[0]?.row.fields.score).toBe(0.99);
});

test('a flood of one kind keeps no other from the pages; totals count everything, and each item comes once', async () => {
  const { records, ...tell } = story();
  const FLOOD = 1_300;
  for (let i = 0; i < FLOOD; i++) {
    tell.outcome(
      tell.decision({ userId: `flooded-${i}`, action: 'challenge', score: (i % 100) / 100 }),
      'denied',
    );
  }
  for (let i = 0; i < 30; i++)
    tell.outcome(tell.decision({ userId: `failing-${i}`, action: 'challenge' }), 'failed');
  const queue = await queueOf(records);
  const seen: string[] = [];
  const priorities: number[] = [];
  let cursor: string | null = null;
  do {
    const page: ReviewQueuePage = await queue('default', { ...WHOLE, cursor });
    expect(page.total).toBe(FLOOD + 30);
    expect(page.totals).toEqual([
      { kind: 'challenge_denied', total: FLOOD },
      { kind: 'challenge_failed', total: 30 },
    ]);
    seen.push(...page.data.map(({ row }) => row.fields.user_id ?? ''));
    priorities.push(...page.data.map(({ priority }) => priority));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(1_030);
  expect(new Set(seen).size).toBe(1_030);
  expect(seen.filter((user) => user.startsWith('failing'))).toHaveLength(30);
  expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
  const first = await queue('default', { ...WHOLE, kinds: ['challenge_failed'], limit: 7 });
  expect([first.data.length, first.total]).toEqual([7, 30]);
  for (const bad of ['', 'x', Buffer.from('1.2.3').toString('base64url')]) {
    await expect(queue('default', { ...WHOLE, cursor: bad })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  }
});
