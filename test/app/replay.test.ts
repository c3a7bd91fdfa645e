import { describe, expect, it } from 'vitest';
import { type DemoEvent, demoLine, demoLogins } from '../../src/app/demo-logins.ts';
import { DESKTOP } from '../support/logins.ts';
import { seededRandom } from '../support/random.ts';
import { type ReplayAnswer, replay } from '../support/replay.ts';

const NOON_ms = Date.UTC(2026, 10, 23, 12);
const MINUTE_MS = 60_000;

/** A varied day: people, their mistakes, and a wave of credential stuffing. */
const events: readonly DemoEvent[] = [
  ...demoLogins({ users: 40, days: 3, seed: 5, logins: null, end_ms: NOON_ms }),
];
const lines: readonly string[] = events.map(demoLine);
const file = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

interface Overrides {
  readonly [field: string]: unknown;
}

function login(minute: number, overrides: Overrides = {}): string {
  return JSON.stringify({
    event_id: `e${minute}`,
    occurred_at: new Date(NOON_ms + minute * MINUTE_MS).toISOString(),
    user: { id: 'ada' },
    context: {
      ip: '203.0.113.7',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    },
    device: { id: 'a-cookie-of-enough-random-bits', presented: true },
    ...overrides,
  });
}

const by = (answers: readonly ReplayAnswer[]): ReadonlyMap<string | null, ReplayAnswer> =>
  new Map(answers.map((answer) => [answer.event_id, answer]));

describe('replay', () => {
  it('gives the same bytes for the same file', async () => {
    const [first, second] = [await replay(file(lines)), await replay(file(lines))];
    expect(first.text).toBe(second.text);
    expect(first.answers).toHaveLength(lines.length);
    expect(first.badLines).toEqual([]);
  });

  it('adds up on every line: log-odds are the prior plus the signals, the score is their logistic', async () => {
    const { answers } = await replay(file(lines));
    for (const { risk, signals } of answers) {
      const sum = signals.reduce((total, signal) => total + signal.log_odds, risk.prior_log_odds);
      expect(Math.abs(risk.log_odds - sum)).toBeLessThan(1e-9);
      expect(Math.abs(risk.score - 1 / (1 + Math.exp(-risk.log_odds)))).toBeLessThan(1e-9);
    }
    expect(new Set(answers.map(({ action }) => action)).size).toBeGreaterThan(1);
  });

  it('shows signals and no token, is never degraded, and names decisions by UUIDv8', async () => {
    const { answers, text } = await replay(file(lines.slice(0, 50)));
    for (const answer of answers) {
      expect(answer.id).toMatch(/^dec_[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(answer.signals.length).toBeGreaterThan(0);
      expect(answer.degraded).toBeNull();
      expect(answer.policy).toMatchObject({ id: 'default', mode: 'enforce' });
    }
    expect(text).not.toContain('decision_token');
  });

  it('answers unsorted lines as it answers them sorted, in the order of the input', async () => {
    const random = seededRandom(11);
    const shuffled = lines.map((line, i) => ({ line, i, key: random() })).sort((a, b) => a.key - b.key);
    const sorted = await replay(file(lines));
    const unsorted = await replay(file(shuffled.map(({ line }) => line)));
    expect(sorted.result.inOrder).toBe(true);
    expect(unsorted.result.inOrder).toBe(false);
    expect(unsorted.answers).toEqual(shuffled.map(({ i }) => sorted.answers[i]));
  });

  it('lets dry runs change nothing in the other lines, equal content included', async () => {
    const withDryRuns = events.flatMap((event, i) => {
      const dry = JSON.stringify({ ...(JSON.parse(demoLine(event)) as object), dry_run: true });
      return i % 3 === 0 ? [dry, demoLine(event), dry] : [demoLine(event)];
    });
    const isDry = withDryRuns.map((line) => line.includes('"dry_run":true'));
    const plain = await replay(file(lines));
    const mixed = await replay(file(withDryRuns));
    expect(mixed.answers.filter((_, i) => isDry[i] === false)).toEqual(plain.answers);
    const dryAnswers = mixed.answers.filter((_, i) => isDry[i]);
    expect(dryAnswers.every(({ challenge, learning }) => challenge === null && learning === 'none')).toBe(
      true,
    );
    // What is judged just before the real event is judged like it.
    const [dryFirst, realFirst] = [mixed.answers[0], mixed.answers[1]];
    expect(dryFirst?.risk).toEqual(realFirst?.risk);
  });

  it('gives equal lines ids of their own, in order and out of it', async () => {
    const twice = [login(1), login(1), login(2), login(1)];
    const { answers } = await replay(file(twice));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(4);
    const inOrder = await replay(file([login(1), login(1), login(1), login(2)]));
    expect(inOrder.answers.map(({ id }) => id)).toEqual([0, 1, 3, 2].map((i) => answers[i]?.id));
  });

  it('lets the outcome of a challenge take effect before the next line', async () => {
    const far = {
      context: { ip: '198.51.100.9', user_agent: DESKTOP },
      device: { id: 'another-cookie', presented: false },
      authentication: { method: 'password', credential_compromised: true },
    };
    const history = Array.from({ length: 20 }, (_, day) => login(day * 1_440));
    const run = async (onChallenge: string): Promise<ReadonlyMap<string | null, ReplayAnswer>> =>
      by(
        (
          await replay(
            file([
              ...history,
              login(20 * 1_440, { ...far, event_id: 'theft', on_challenge: onChallenge }),
              login(20 * 1_440 + 1, { ...far, event_id: 'again', authentication: { method: 'password' } }),
            ]),
          )
        ).answers,
      );
    const passed = await run('succeeded');
    const failed = await run('failed');
    expect(passed.get('theft')).toMatchObject({
      action: 'challenge',
      resolution: 'passed',
      final_action: 'allow',
    });
    expect(failed.get('theft')).toMatchObject({
      action: 'challenge',
      resolution: 'not_passed',
      final_action: 'block',
    });
    const score = (run: ReadonlyMap<string | null, ReplayAnswer>): number =>
      run.get('again')?.risk.score ?? Number.NaN;
    expect(score(passed)).toBeLessThan(score(failed));
  });

  it('knows no limit on age and takes its clock from the events', async () => {
    const { answers } = await replay(
      file([
        login(0, { occurred_at: '1999-12-31T23:59:59Z' }),
        login(0, { occurred_at: '2090-01-01T00:00:00+14:00' }),
      ]),
    );
    expect(answers.map(({ action }) => action)).toEqual(['allow', 'allow']);
  });
});

describe('replay of bad lines', () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ['not json', /is not JSON/],
    ['[1]', /is not a JSON object/],
    ['', /is blank/],
    [login(1, { event_id: 'no time', occurred_at: null }), /occurred_at/],
    [login(1, { occurred_at: '2026-11-23 12:00:00' }), /occurred_at/],
    [login(1, { contxt: {} }), /\/contxt is not a known field/],
    [login(1, { context: { ip: 'fe80::1%eth0' } }), /\/context\/ip/],
    [login(1, { dry_run: 'yes' }), /\/dry_run must be true or false/],
    [login(1, { on_challenge: 'maybe' }), /\/on_challenge must be one of/],
    [login(1, { user: { id: 'x'.repeat(70_000) } }), /longer than 64 KiB/],
  ];

  it('answers each in its place, names it by its number, and decides the others as if it were not there', async () => {
    const good = [login(1), login(2), login(3)];
    const mixed = bad.flatMap(([line], i) => (i < good.length ? [line, good[i] ?? ''] : [line]));
    const [all, alone] = [await replay(file([...mixed, login(4)])), await replay(file([...good, login(4)]))];
    const errors = all.answers.filter(({ error }) => error !== undefined);
    expect(errors).toHaveLength(bad.length);
    expect(errors.every((answer) => Object.keys(answer).join() === 'event_id,error')).toBe(true);
    expect(errors.map(({ error }) => error)).toEqual(
      bad.map(([, problem]) => expect.stringMatching(problem)),
    );
    expect(errors[3]?.event_id).toBe('no time');
    expect(all.answers.filter(({ error }) => error === undefined)).toEqual(alone.answers);
    expect(all.badLines.map(({ number }) => number).sort((a, b) => a - b)).toEqual([
      1, 3, 5, 7, 8, 9, 10, 11, 12, 13,
    ]);
    expect(all.result).toMatchObject({ events: 4, badLines: bad.length });
  });

  it('answers them in place in an unsorted file too', async () => {
    const { answers, badLines } = await replay(file([login(3), 'nonsense', login(1), '{}', login(2)]));
    expect(answers.map(({ event_id, error }) => error ?? event_id)).toEqual([
      'e3',
      'is not JSON',
      'e1',
      expect.stringContaining('/context is required'),
      'e2',
    ]);
    expect(badLines.map(({ number }) => number).sort()).toEqual([2, 4]);
  });

  it('ends a strict run before anything is decided', async () => {
    await expect(
      replay(file([login(1), login(2), 'nonsense', login(3)]), { strict: true }),
    ).rejects.toMatchObject({
      code: 'bad_line',
      message: expect.stringContaining('Line 3'),
    });
  });
});

describe('replay of odd files', () => {
  it('takes an empty file', async () => {
    const { text, result } = await replay('');
    expect(text).toBe('');
    expect(result).toMatchObject({ events: 0, badLines: 0, first_ms: null });
  });

  it('reads CRLF, a byte order mark, a missing last line end and blank lines at the end as the plain file', async () => {
    const plain = await replay(file([login(1), login(2)]));
    for (const text of [
      `${login(1)}\r\n${login(2)}\r\n`,
      `\ufeff${login(1)}\n${login(2)}\n`,
      `${login(1)}\n${login(2)}`,
      `${login(1)}\n${login(2)}\n\n \r\n`,
    ]) {
      expect((await replay(text)).text).toBe(plain.text);
    }
  });

  it('keeps ids of any script apart, and lines that begin or end at a chunk border whole', async () => {
    // 1 MiB is read at a time; lines of four-byte characters cross every border at another place.
    const users = Array.from({ length: 4_000 }, (_, i) => `𝓊ser-${'é漢😀'.repeat(i % 60)}-${i}-__proto__`);
    const many = users.map((id, i) => login(i, { user: { id } }));
    const { answers, badLines } = await replay(file(many));
    expect(Buffer.byteLength(file(many))).toBeGreaterThan(2 * 1_048_576);
    expect(badLines).toEqual([]);
    expect(answers.map(({ event_id }) => event_id)).toEqual(many.map((_, i) => `e${i}`));
  });

  it('passes over a line of many megabytes and goes on behind it', async () => {
    const { answers, badLines } = await replay(`${login(1)}\n"${'x'.repeat(5_000_000)}"\n${login(2)}\n`);
    expect(badLines).toEqual([{ number: 2, problem: 'is longer than 64 KiB' }]);
    expect(answers.map(({ event_id }) => event_id)).toEqual(['e1', null, 'e2']);
  });

  it('takes a time for the order from the event alone, however its key is written', async () => {
    const early = login(0, { event_id: 'early', properties: { occurred_at: '2030-01-01T00:00:00Z' } });
    const escaped = login(1, { event_id: 'escaped' }).replace('"occurred_at"', '"occurred\\u005fat"');
    const { answers, result } = await replay(file([login(5), escaped, early]));
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(result.first_ms).toBe(NOON_ms);
    expect(result.inOrder).toBe(false);
  });
});
