import { setTimeout as delay } from 'node:timers/promises';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ClickHouseConnection } from '../../../src/adapters/clickhouse/connect.ts';
import { type ClickHouse, createClickHouse } from '../../../src/adapters/clickhouse/create-clickhouse.ts';
import { readMigrations } from '../../../src/adapters/clickhouse/migrate.ts';
import { migrateWhenReachable } from '../../../src/adapters/clickhouse/migrate-when-reachable.ts';
import { withMigrationLock } from '../../../src/adapters/clickhouse/migration-lock.ts';
import { createTestClickHouseServer, type TestClickHouseServer } from '../../support/clickhouse-server.ts';
import { tempDirOfFile } from '../../support/temp-dir.ts';

const silent = pino({ level: 'silent' });
const path = tempDirOfFile();
let server: TestClickHouseServer;
beforeAll(async () => {
  server = await createTestClickHouseServer({ path, username: 'gatehouse', password: 'pa:ss' });
});
afterAll(() => server.close());

let databases = 0;
const connection = (database = `db_${++databases}`): ClickHouseConnection & { kind: 'server' } => ({
  kind: 'server',
  url: server.url,
  username: 'gatehouse',
  password: 'pa:ss',
  database,
});

function open(to: ClickHouseConnection): ClickHouse {
  const clickhouse = createClickHouse({ connection: to, panels: [], clock: Date.now, log: silent });
  onTestFinished(() => clickhouse.close());
  return clickhouse;
}

async function untilLocked(database: ClickHouse['database']): Promise<void> {
  const sql = "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'migration_lock'";
  while ((await database.query('write', sql)).length === 0) await delay(5);
}

test('two nodes that migrate at once do each step once, and both find the schema up to date', async () => {
  const to = connection();
  const nodes = [open(to), open(to)] as const;
  await Promise.all(nodes.map(({ analytics }) => analytics.migrate()));
  const rows = await nodes[0].database.query<{ n: number; versions: number }>(
    'write',
    'SELECT count() AS n, uniqExact(version) AS versions FROM schema_migrations',
  );
  expect(rows).toEqual([{ n: readMigrations().length, versions: readMigrations().length }]);
  const locks = await nodes[1].database.query(
    'write',
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE 'migration_lock%'",
  );
  expect(locks).toEqual([]);
});

test('only one of many holds the migration lock at a time', async () => {
  const to = connection();
  const first = open(to);
  await first.database.prepare();
  let holding = 0;
  let most = 0;
  const hold = (): Promise<void> =>
    withMigrationLock(first.database, async () => {
      most = Math.max(most, ++holding);
      await delay(5);
      holding -= 1;
    });
  await Promise.all([hold(), hold(), hold()]);
  expect(most).toBe(1);
});

test('a migration lock whose holder was killed is taken over once its lease is over', async () => {
  const { database } = open(connection());
  await database.prepare();
  await database.command("CREATE TABLE migration_lock (owner String) ENGINE = Memory COMMENT 'killed'");
  expect(await withMigrationLock(database, async () => 'done', { lease_s: 1 })).toBe('done');
});

/** chDB's own database says of no table what it is called within the server, nor when it was changed. */
const OWN_DATABASE = 'default';

test.each([OWN_DATABASE, undefined])(
  'migration locks of holders killed one after another are each taken over (database %s)',
  async (name) => {
    const { database } = open(connection(name));
    await database.prepare();
    for (const holder of ['first', 'second', 'third']) {
      await database.command(
        `CREATE TABLE migration_lock (owner String) ENGINE = Memory COMMENT '${holder} 1700000000'`,
      );
      expect(await withMigrationLock(database, async () => holder, { lease_s: 1 })).toBe(holder);
    }
  },
);

test.each([OWN_DATABASE, undefined])(
  'a migration lock that its holder renews is nobody else’s, however long it takes (database %s)',
  async (name) => {
    const { database } = open(connection(name));
    await database.prepare();
    const other = open(connection(name ?? `db_${databases}`));
    let isOver = false;
    let overlapped = false;
    const lock = { lease_s: 2, renew_ms: 100 };
    const first = withMigrationLock(
      database,
      async () => {
        await delay(4_500);
        isOver = true;
      },
      lock,
    );
    await untilLocked(database);
    await withMigrationLock(
      other.database,
      async () => {
        overlapped = !isOver;
      },
      lock,
    );
    await first;
    expect(overlapped).toBe(false);
  },
);

test('who was stopped for longer than its lease neither signs nor takes away the lock of the one that took over', async () => {
  const { database } = open(connection());
  await database.prepare();
  const comments = (): Promise<{ comment: string }[]> =>
    database.query(
      'write',
      "SELECT comment FROM system.tables WHERE name = 'migration_lock' AND database = currentDatabase()",
    );
  await withMigrationLock(
    database,
    async () => {
      await database.command('DROP TABLE migration_lock');
      await database.command(
        "CREATE TABLE migration_lock (owner String) ENGINE = Memory COMMENT 'another 4000000000'",
      );
      await delay(300);
      expect(await comments()).toEqual([{ comment: 'another 4000000000' }]);
    },
    { renew_ms: 50 },
  );
  expect(await comments()).toEqual([{ comment: 'another 4000000000' }]);
});

test('a migration that lost its server in the middle is gone on with at once when the server is back', async () => {
  const { database } = open(connection());
  await database.prepare();
  const lost = withMigrationLock(database, async () => {
    server.behave({ refuse: true });
  });
  await expect(lost).rejects.toMatchObject({ code: 'analytics_unavailable' });
  server.behave({ refuse: false });
  expect(await withMigrationLock(database, async () => 'done')).toBe('done');
});

test('a process that is asked to end does not wait for the migration of another', async () => {
  const { database, analytics, close } = open(connection());
  await database.prepare();
  await database.command("CREATE TABLE migration_lock (owner String) ENGINE = Memory COMMENT 'another'");
  const migrating = analytics.migrate();
  const ended = close();
  await expect(migrating).rejects.toMatchObject({ code: 'analytics_unavailable' });
  await ended;
});

test('credentials and database may stand in the address', async () => {
  const url = new URL('/in_the_address', server.url);
  url.username = 'gatehouse';
  url.password = encodeURIComponent('pa:ss');
  const { analytics, database } = open({ kind: 'server', url: url.href });
  await analytics.migrate();
  expect(await database.query('read', 'SELECT currentDatabase() AS name')).toEqual([
    { name: 'in_the_address' },
  ]);
});

test('a wrong password is refused with code analytics_unavailable and says nothing of itself', async () => {
  const { analytics } = open({ ...connection(), password: 'guessed' });
  await expect(analytics.migrate()).rejects.toMatchObject({
    code: 'analytics_unavailable',
    message: 'Analytics does not answer.',
  });
  expect(await analytics.status()).toMatchObject({ ok: false, problem: 'ClickHouse does not answer.' });
});

test('a server that is away at the start is migrated when it comes', async () => {
  const { analytics, database } = open(connection());
  server.behave({ refuse: true });
  const migrating = migrateWhenReachable({ analytics, log: silent, backoff_ms: [5, 20] });
  await expect(analytics.status()).resolves.toMatchObject({ ok: false });
  server.behave({ refuse: false });
  await migrating.done;
  expect(await database.query('read', 'SELECT count() AS n FROM decisions')).toEqual([{ n: 0 }]);
});

test('a query that takes too much or too long ends with a sentence that says so', async () => {
  const { database } = open(connection());
  await database.prepare();
  const limits = { memory_bytes: 50_000_000, threads: 1, time_s: 30 };
  await expect(
    database.query('read', 'SELECT groupArray(number) AS n FROM numbers(100000000)', {}, limits),
  ).rejects.toMatchObject({ message: 'The query needed too much memory; choose a narrower window.' });
  await expect(
    database.query(
      'read',
      'SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 0',
      {},
      { ...limits, time_s: 1 },
    ),
  ).rejects.toMatchObject({ message: 'The query took too long; choose a narrower window.' });
});

test('a list longer than an address may be is bound all the same', async () => {
  const { database } = open(connection());
  await database.prepare();
  const numbers = Array.from({ length: 5_000 }, (_, i) => 1_790_000_000_000_000 + i);
  const rows = await database.query('lookup', 'SELECT length({numbers:Array(UInt64)}) AS n', { numbers });
  expect(rows).toEqual([{ n: 5_000 }]);
});

test('what a killed writer left running on the server is waited for', async () => {
  const to = connection();
  const { database } = open(to);
  await database.prepare();
  await database.command('CREATE TABLE slow (n UInt64) ENGINE = MergeTree ORDER BY n');
  const killed = createClient({ ...to, database: to.database ?? '', log: { level: ClickHouseLogLevel.OFF } });
  const abort = new AbortController();
  const insert = killed.command({
    query: 'INSERT INTO slow SELECT number + sleepEachRow(0.1) FROM numbers(10)',
    query_id: `gatehouse-${to.database}-write-of-another-process`,
    abort_signal: abort.signal,
  });
  await expect.poll(() => server.running(), { timeout: 10_000 }).toBe(1);
  abort.abort();
  await expect(insert).rejects.toThrow();
  await killed.close();
  await database.settled();
  expect(await database.query('write', 'SELECT count() AS n FROM slow')).toEqual([{ n: 10 }]);
});

test('the test server answers as ClickHouse does: ping, exceptions with code and header, gzip both ways', async () => {
  const headers = { authorization: `Basic ${Buffer.from('gatehouse:pa:ss').toString('base64')}` };
  expect(await (await fetch(`${server.url}/ping`)).text()).toBe('Ok.\n');
  const refused = await fetch(server.url, { method: 'POST', headers, body: 'SELECT no_such_column' });
  expect(refused.status).toBe(404);
  expect(refused.headers.get('x-clickhouse-exception-code')).toBe('47');
  expect(await refused.text()).toMatch(/^Code: 47\. DB::Exception: .*\(UNKNOWN_IDENTIFIER\) \(version /s);
  const client = createClient({
    ...connection('default'),
    compression: { request: true, response: true },
  });
  await client.command({ query: 'CREATE TABLE zipped (n UInt64, t String) ENGINE = MergeTree ORDER BY n' });
  await client.insert({ table: 'zipped', values: [{ n: 1, t: 'a\t"b"' }], format: 'JSONEachRow' });
  const result = await client.query({
    query: 'SELECT * FROM zipped WHERE t = {t:String}',
    query_params: { t: 'a\t"b"' },
    format: 'JSONEachRow',
  });
  expect(await result.json()).toEqual([{ n: 1, t: 'a\t"b"' }]);
  await client.close();
});
