import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTables } from '../../bench/evaluation/engine.ts';
import { createRandom } from '../../bench/evaluation/generator/random.ts';
import { rbaReport } from '../../bench/evaluation/rba/report-rba.ts';
import { type ScoredRba, scoreRba } from '../../bench/evaluation/rba/score-rba.ts';

const SAMPLE = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data/rba-sample/first2000.csv');
const HEADER =
  'index,Login Timestamp,User ID,Round-Trip Time [ms],IP Address,Country,Region,City,ASN,User Agent String,Browser Name and Version,OS Name and Version,Device Type,Login Successful,Is Attack IP,Is Account Takeover';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rba-'));
let tables: Awaited<ReturnType<typeof openTables>>;
beforeAll(async () => {
  tables = await openTables();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await tables.close();
});

/** Rows in the shape of the data set, about people who never were. */
function fixture(change: (row: string[], i: number) => string[] = (row) => row): string {
  const random = createRandom('rba fixture');
  const lines = Array.from({ length: 400 }, (_, i) => {
    const user = random.integer(1, 12);
    const at = new Date(Date.UTC(2020, 1, 3) + i * 3_600_000).toISOString().replace('T', ' ').slice(0, 23);
    const takeover = i === 390;
    return change(
      [
        `${i}`,
        at,
        i % 20 === 7 ? '-4324475583306591935' : `${1_000 + user}`,
        '',
        takeover ? '203.0.113.9' : `10.${user}.0.${random.integer(1, 3)}`,
        takeover ? 'RO' : user % 2 === 0 ? 'NO' : 'SE',
        '-',
        '-',
        takeover ? '9009' : `${29_690 + user}`,
        takeover
          ? 'curl/8'
          : `Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/${80 + (user % 3)}.0 Safari/537.36`,
        `Chrome ${80 + (user % 3)}`,
        'Windows 10',
        'desktop',
        takeover || random.chance(0.7) ? 'True' : 'False',
        takeover ? 'True' : 'False',
        takeover ? 'True' : 'False',
      ],
      i,
    ).join(',');
  });
  return [HEADER, ...lines].join('\n');
}

async function score(text: string, sample = 1): Promise<ScoredRba> {
  const file = join(folder, 'rows.csv');
  writeFileSync(file, text);
  return scoreRba({ file, sample, attackShare: 1, onProgress: () => {} }, tables);
}

describe('the evaluation on the public data set', () => {
  it('leaves the catch-all user out, scores known users and judges every attacker', async () => {
    const scored = await score(fixture());
    expect(scored).toMatchObject({ rows: 400, badRows: 0, catchAllRows: 20, outOfOrder: 0 });
    expect(scored.users).toBe(12);
    expect(scored.logins.user.length).toBeGreaterThan(200);
    expect(Math.min(...scored.logins.n)).toBe(1);
    for (const kind of ['naive', 'vpn', 'targeted'] as const) {
      expect(scored.attacks[kind].user.length).toBeGreaterThan(200);
    }
    expect(scored.attacks.very_targeted.score.gatehouse).toHaveLength(1);
    const typical = [...scored.logins.score.gatehouse].sort((a, b) => a - b)[100] ?? 0;
    expect(scored.attacks.very_targeted.score.gatehouse[0]).toBeGreaterThan(typical);
    expect(rbaReport(scored).join('\n')).toContain('| takeovers, TPR 0.9425 |');
  });

  it('gives honest logins the same scores whatever the labels of takeovers say', async () => {
    const scored = await score(fixture());
    // The row that is a takeover is gone altogether: it was judged and never learned.
    const without = await score(
      fixture((row) => (row[15] === 'True' ? [...row.slice(0, 2), '', ...row.slice(3)] : row)),
    );
    expect(without.logins.score.gatehouse).toEqual(scored.logins.score.gatehouse);
    expect(without.attacks.very_targeted.user).toEqual([]);
  });

  it('counts rows that cannot be read and goes on', async () => {
    const scored = await score(`${fixture()}\nnot,a,row\n`);
    expect(scored.badRows).toBe(1);
    expect(scored.rows).toBe(401);
  });

  it('takes a share of the users, whole ones', async () => {
    const scored = await score(fixture(), 0.5);
    expect(scored.users).toBeGreaterThan(2);
    expect(scored.users).toBeLessThan(10);
  });

  const isAbsent = !existsSync(SAMPLE);
  if (isAbsent) process.stderr.write(`Skipped: ${SAMPLE} is not there.\n`);
  it.skipIf(isAbsent)('reads the published sample', async () => {
    const scored = await scoreRba(
      { file: SAMPLE, sample: 1, attackShare: 0.2, onProgress: () => {} },
      tables,
    );
    expect(scored).toMatchObject({ rows: 2_000, badRows: 0, catchAllRows: 667 });
    expect(rbaReport(scored).join('\n')).toContain('This is not the whole data set');
  });
});
