import { expect, it } from 'vitest';
import { builtProgram } from '../support/built-product.ts';
import { runChaos } from '../support/chaos-run.ts';

it('kill -9 of nodes, workers, Redis and ClickHouse under load loses nothing acknowledged and doubles nothing', async () => {
  const said: string[] = [];
  const report = await runChaos({
    program: await builtProgram(),
    decisions: 2_000,
    kills: 5,
    clickhouseKills: 1,
    freezes: 1,
    stalls: 1,
    away_ms: 4_000,
    clients: 12,
    users: 300,
    seed: 20_261_126,
    mostLoad_ms: 120_000,
    drainedWithin_ms: 150_000,
    onProgress: (line) => said.push(line),
  });
  expect(report.violations, said.join('\n')).toEqual([]);
  const { api, worker, redis, clickhouse } = report.kills;
  expect(api + worker + redis).toBe(5);
  expect(Math.min(api, worker, redis)).toBeGreaterThan(0);
  expect(clickhouse).toBe(2);
  // A worker was frozen until others had its tracks, and woke up.
  expect(report.freezes).toBe(1);
  expect(report.stalls).toBe(1);
  expect(report.tracksTaken).toBeGreaterThan(0);
  expect(report.acknowledged).toBeGreaterThanOrEqual(2_000);
  expect(report.outcomes).toBeGreaterThan(0);
  expect(report.check?.stored.decisions).toBeGreaterThanOrEqual(report.acknowledged);
  expect(report.check?.profiles).toBeGreaterThan(200);
}, 360_000);
