import { expect, test } from 'vitest';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord, forgottenDeviceRecord } from '../../support/log-records.ts';

const BASE = 1_790_000_000_000_000;
const TENANT = 'default';

test('forgotten devices of a user are read in the order of the log, once each, with who asked and why', async () => {
  const clickhouse = await openClickHouse();
  const records = [3, 1, 2].map((i) => forgottenDeviceRecord(TENANT, 'uk_ada', `d${i}`, BASE + i));
  const others = [
    forgottenDeviceRecord(TENANT, 'uk_bob', 'd1', BASE + 4),
    forgottenDeviceRecord('other', 'uk_ada', 'd1', BASE + 5),
    { ...forgottenDeviceRecord(TENANT, 'uk_eve', 'd1', BASE + 6), actor: null, note: null },
  ];
  await clickhouse.sink.insert('b1', [...records, ...others]);
  const of = (userKey: string) => clickhouse.analytics.forgottenDevices(TENANT, userKey);
  const inOrder = records.toSorted((a, b) => a.position - b.position);
  expect(await of('uk_ada')).toEqual(inOrder);
  expect(await of('uk_eve')).toEqual(others.slice(2));
  expect(await of('uk_nobody')).toEqual([]);

  // A batch of which nobody knows how far it came.
  await clickhouse.sink.repair('b1', [...records, ...others]);
  expect(await of('uk_ada')).toEqual(inOrder);
  const [rows] = await clickhouse.database.query<{ n: number }>(
    'read',
    'SELECT count() AS n FROM forgotten_devices',
  );
  expect(rows?.n).toBe(6);
});

test('erasing a user removes what was forgotten for them, and nothing of others', async () => {
  const clickhouse = await openClickHouse();
  await clickhouse.sink.insert('b1', [
    decisionRecord({ position: BASE, userId: 'ada' }),
    forgottenDeviceRecord(TENANT, 'uk_ada', 'd1', BASE + 1),
    forgottenDeviceRecord(TENANT, 'uk_eve', 'd1', BASE + 2),
    forgottenDeviceRecord(TENANT, 'uk_bob', 'd1', BASE + 3),
  ]);
  expect(await clickhouse.analytics.erase(TENANT, 'uk_ada')).toBe(1);
  // Of her decisions nothing is left, but of her devices.
  expect(await clickhouse.analytics.erase(TENANT, 'uk_eve')).toBe(0);
  for (const userKey of ['uk_ada', 'uk_eve']) {
    expect(await clickhouse.analytics.forgottenDevices(TENANT, userKey)).toEqual([]);
  }
  expect(await clickhouse.analytics.forgottenDevices(TENANT, 'uk_bob')).toHaveLength(1);
});
