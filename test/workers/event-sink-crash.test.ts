import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createAnalyticsThread } from '../../src/adapters/embedded/analytics-thread.ts';
import { openClickHouse } from '../support/clickhouse.ts';
import { rollupsEqualRaw } from '../support/rollups-equal-raw.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Acknowledgements after which the process is killed: early ones fall into the first inserts and into repairs. */
const KILLS = [150, 40, 700, 333];

test('after kills -9 under load every acknowledged decision is in analytics exactly once and every rollup equals raw', async () => {
  const dataDir = tempDir();
  const acknowledged: number[] = [];
  const script = fileURLToPath(new URL('../support/decide-under-load.ts', import.meta.url));
  for (const kill of KILLS) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const target = acknowledged.length + kill;
    lines.on('line', (line) => {
      acknowledged.push(Number(line));
      if (acknowledged.length === target) child.kill('SIGKILL');
    });
    await once(lines, 'close');
  }
  // The last start repairs what the last kill left, and carries over the rest.
  const analytics = await createAnalyticsThread({ dataDir, clock: Date.now, log: pino({ level: 'silent' }) });
  await analytics.flush();
  const status = await analytics.status();
  await analytics.close();
  expect(status).toMatchObject({ ok: true, lagRecords: 0, parkedRows: 0 });

  const { database } = await openClickHouse({ path: join(dataDir, 'analytics') });
  const held = await database.query<{ position: number; n: number }>(
    'write',
    'SELECT position, count() AS n FROM decisions GROUP BY position',
  );
  const copies = new Map(held.map(({ position, n }) => [position, n]));
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS.reduce((sum, kill) => sum + kill, 0));
  expect(acknowledged.filter((position) => copies.get(position) !== 1)).toEqual([]);
  expect(held.filter(({ n }) => n !== 1)).toEqual([]);
  const [outcomes] = await database.query<{ n: number; distinct: number }>(
    'write',
    'SELECT count() AS n, uniqExact(position) AS distinct FROM outcomes',
  );
  expect(outcomes?.n).toBe(outcomes?.distinct);
  expect(await rollupsEqualRaw(database)).toEqual([]);
}, 120_000);
