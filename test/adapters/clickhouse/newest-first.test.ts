import { expect, test } from 'vitest';
import { newestFirst, type Span } from '../../../src/adapters/clickhouse/newest-first.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_790_000_000_000;
const EVER: Span = { from_ms: null, to_ms: null };

/** Times at which something is, asked as a table would be. */
function tableOf(times: readonly number[]) {
  const asked: Span[] = [];
  const ask = (span: Span, limit: number): Promise<number[]> => {
    asked.push(span);
    const { from_ms, to_ms } = span;
    return Promise.resolve(
      times
        .filter((at) => (from_ms === null || at >= from_ms) && (to_ms === null || at < to_ms))
        .toSorted((a, b) => b - a)
        .slice(0, limit),
    );
  };
  return { ask, asked };
}

test('what the last day holds enough of is found by looking at that day alone', async () => {
  const times = Array.from({ length: 50 }, (_, i) => NOW_MS - i * 60_000);
  const { ask, asked } = tableOf(times);
  expect(await newestFirst({ within: EVER, now_ms: NOW_MS, wanted: 10, ask })).toEqual(times.slice(0, 10));
  expect(asked).toEqual([{ from_ms: NOW_MS - DAY_MS, to_ms: null }]);
});

test('what is rare is found in order, however old, by few questions that cover all of time once', async () => {
  const times = [0.1, 3, 40, 300, 3_000].map((days) => NOW_MS - days * DAY_MS);
  const { ask, asked } = tableOf(times);
  expect(await newestFirst({ within: EVER, now_ms: NOW_MS, wanted: 10, ask })).toEqual(times);
  expect(asked.length).toBeLessThanOrEqual(5);
  expect(asked[0]?.to_ms).toBeNull();
  expect(asked.at(-1)?.from_ms).toBeNull();
  for (const [i, { to_ms }] of asked.slice(1).entries()) expect(to_ms).toBe(asked[i]?.from_ms);
});

test('nothing is asked for outside of what was asked for', async () => {
  const times = Array.from({ length: 200 }, (_, day) => NOW_MS - day * DAY_MS);
  const within = { from_ms: NOW_MS - 90 * DAY_MS, to_ms: NOW_MS - 30 * DAY_MS };
  const { ask, asked } = tableOf(times);
  const found = await newestFirst({ within, now_ms: NOW_MS, wanted: 1_000, ask });
  expect(found).toEqual(times.slice(31, 91));
  expect(asked[0]?.to_ms).toBe(within.to_ms);
  expect(asked.at(-1)?.from_ms).toBe(within.from_ms);
});

test('events of clocks that are ahead are newest', async () => {
  const times = [NOW_MS + 3 * DAY_MS, NOW_MS - 1];
  const { ask } = tableOf(times);
  expect(await newestFirst({ within: EVER, now_ms: NOW_MS, wanted: 1, ask })).toEqual(times.slice(0, 1));
});

test('a span that ends long ago or in the future begins where there is something to look at', async () => {
  const { ask, asked } = tableOf([]);
  await newestFirst({
    within: { from_ms: null, to_ms: NOW_MS - 2_000 * DAY_MS },
    now_ms: NOW_MS,
    wanted: 1,
    ask,
  });
  expect(asked[0]).toEqual({ from_ms: NOW_MS - 2_001 * DAY_MS, to_ms: NOW_MS - 2_000 * DAY_MS });
  await newestFirst({
    within: { from_ms: null, to_ms: NOW_MS + 90 * DAY_MS },
    now_ms: NOW_MS,
    wanted: 1,
    ask: (span, limit) => {
      if (span.to_ms === NOW_MS + 90 * DAY_MS) expect(span.from_ms).toBe(NOW_MS - DAY_MS);
      return ask(span, limit);
    },
  });
  expect(asked.at(-1)?.from_ms).toBeNull();
});
