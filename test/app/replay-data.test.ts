import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Replayed, replay } from '../support/replay.ts';

const DATA = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data');
const RBA = join(DATA, 'rba-sample/first2000.csv');
const SSHD = join(DATA, 'elastic-sshd/login_events_parsed.csv');

const skip = (path: string): boolean => {
  const isAbsent = !existsSync(path);
  if (isAbsent) process.stderr.write(`Skipped: ${path} is not there.\n`);
  return isAbsent;
};

describe.skipIf(skip(RBA))('replay of the RBA sample', () => {
  let replayed: Replayed;
  beforeAll(async () => {
    replayed = await replay(readFileSync(RBA), { format: 'rba', tables: true });
  });
  const row = (label: string | null, status: string | null) =>
    replayed.rows.find((candidate) => candidate.label === label && candidate.status === status);

  it('decides all 2,000 lines', () => {
    expect(replayed.badLines).toEqual([]);
    expect(replayed.answers).toHaveLength(2_000);
    expect(replayed.answers.every(({ action }) => ['allow', 'challenge', 'block'].includes(action))).toBe(
      true,
    );
  });

  it('counts actions by attack and ordinary addresses', () => {
    const total = (label: string | null, status: string | null): number => {
      const found = row(label, status);
      return found === undefined ? 0 : found.allow + found.challenge + found.block;
    };
    expect(total('attack addresses', null)).toBe(167);
    expect(total('ordinary addresses', null)).toBe(1_833);
    expect(total(null, 'failed')).toBe(946);
    expect(total('attack addresses', 'failed') + total('ordinary addresses', 'failed')).toBe(946);
  });

  it('challenges at most 5 % of the successful logins from ordinary addresses and blocks none', () => {
    const good = row('ordinary addresses', 'succeeded');
    const total = (good?.allow ?? 0) + (good?.challenge ?? 0) + (good?.block ?? 0);
    expect(total).toBeGreaterThan(900);
    expect((good?.challenge ?? 0) / total).toBeLessThanOrEqual(0.05);
    expect(good?.block).toBe(0);
  });

  it('adds up on every line', () => {
    for (const { risk, signals } of replayed.answers) {
      const sum = signals.reduce((total, signal) => total + signal.log_odds, risk.prior_log_odds);
      expect(Math.abs(risk.log_odds - sum)).toBeLessThan(1e-9);
      expect(Math.abs(risk.score - 1 / (1 + Math.exp(-risk.log_odds)))).toBeLessThan(1e-9);
    }
  });

  it('takes country and AS from the columns: the synthetic 10.x addresses count as public', () => {
    const text = JSON.stringify(replayed.answers[0]?.signals.filter(({ id }) => id.startsWith('network.')));
    expect(text).not.toContain('not_public');
  });
});

describe.skipIf(skip(SSHD))('replay of a real sshd log', () => {
  interface Row {
    readonly ts: string;
    readonly user: string;
    readonly ip: string;
    readonly outcome: string;
  }
  /** One row an event, as the answers come. */
  const rows: readonly Row[] = existsSync(SSHD)
    ? readFileSync(SSHD, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .flatMap((line) => {
          const [ts = '', , user = '', ip = '', , outcome = '', , count = '1'] = line.split(',');
          return Array.from({ length: Number(count) }, () => ({ ts, user, ip, outcome }));
        })
    : [];
  let replayed: Replayed;
  beforeAll(async () => {
    replayed = await replay(readFileSync(SSHD), { format: 'sshd', tables: true });
  });
  const HAMMERED = 'elastic_user_0';
  const ADDRESS = '24.151.103.17';
  const isHammering = ({ ts, user, ip, outcome }: Row): boolean =>
    ts.startsWith('2017-03-30') && user === HAMMERED && ip === ADDRESS && outcome === 'failure';

  it('decides every event, repeats counted out', () => {
    expect(replayed.badLines).toEqual([]);
    expect(replayed.answers).toHaveLength(rows.length);
    expect(rows.filter(({ outcome }) => outcome === 'success')).toHaveLength(226);
  });

  it('lets the score never fall through the 147 failures', () => {
    const scores = replayed.answers
      .filter((_, i) => isHammering(rows[i] as Row))
      .map(({ risk }) => risk.score);
    expect(scores).toHaveLength(147);
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThanOrEqual(scores[i - 1] ?? 0);
  });

  it('challenges the login one second later for its velocity', () => {
    const last = rows.findLastIndex(isHammering);
    const next = rows.findIndex(
      ({ user, outcome }, i) => i > last && user === HAMMERED && outcome === 'success',
    );
    const answer = replayed.answers[next];
    expect(answer?.action).toBe('challenge');
    expect(answer?.reasons.some(({ code }) => code.startsWith('velocity.'))).toBe(true);
  });

  it('does not block another user who logs in from that address half a minute later', async () => {
    const csv = readFileSync(SSHD, 'utf8').trimEnd();
    const colleague = `2017-03-30T16:02:06Z,ip-10-77-20-248,elastic_user_9,${ADDRESS},password,success,False,1`;
    const { answers, result } = await replay(`${csv}\n${colleague}\n`, { format: 'sshd', tables: true });
    expect(result.inOrder).toBe(false);
    expect(answers.at(-1)?.action).not.toBe('block');
    const before = rows.findLastIndex(isHammering) + 1;
    expect(answers.slice(0, before)).toEqual(replayed.answers.slice(0, before));
  });

  it('challenges at most 10 % of the 226 accepted logins and blocks none', () => {
    const accepted = replayed.answers.filter((_, i) => rows[i]?.outcome === 'success');
    expect(accepted.filter(({ action }) => action === 'challenge').length).toBeLessThanOrEqual(22);
    expect(accepted.filter(({ action }) => action === 'block')).toEqual([]);
  });
});
