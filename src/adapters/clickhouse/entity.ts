import type { Analytics, EntityCount, EntitySubject, Window } from '../../ports/analytics.ts';
import { NOT_BY_USER } from './conditions.ts';
import { ANALYST_LIMITS, type Database, type Parameters } from './database.ts';
import { type DecisionRows, newestRows, type StoredRow } from './decision-rows.ts';

const COLUMN: Readonly<Record<EntitySubject['kind'], string>> = {
  address: 'ip = {subject:String}',
  network: 'network = {subject:String}',
  device: 'device_key = {subject:String}',
  as: 'asn = {subject:UInt32}',
};
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const USERS = 50;
const OTHERS = 20;
const REASONS = 10;

/** What is counted of a group of decisions. */
const COUNTS = `count() AS decisions, countIf(status = 'failed') AS failed, uniqIf(user_key, user_key != '') AS users,
max(toUnixTimestamp64Milli(occurred_at)) AS last_ms`;

/** Who uses an address, network, device or AS, and how it goes. */
export function createEntityReads(database: Database, rows: DecisionRows): Pick<Analytics, 'entity'> {
  return {
    async entity(tenant, subject, window) {
      const parameters: Parameters = {
        tenant,
        subject: subject.value,
        from: Math.trunc(window.from_ms),
        to: Math.trunc(window.to_ms),
      };
      const within = [
        COLUMN[subject.kind],
        `occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')`,
        `occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`,
        `source != 'dry_run'`,
      ];
      const where = `tenant = {tenant:String} AND ${within.join(' AND ')}`;
      const ask = <Row>(sql: string, more: Parameters = {}): Promise<Row[]> =>
        database.query<Row>('read', `${sql}${NOT_BY_USER}`, { ...parameters, ...more }, ANALYST_LIMITS);
      const step_s = stepOf(window);
      const others = async (column: string): Promise<EntityCount[]> =>
        (
          await ask<{ value: string; decisions: number; failed: number; users: number; last_ms: number }>(
            `SELECT ${column} AS value, ${COUNTS} FROM decisions WHERE ${where} AND ${column} != ''
GROUP BY value ORDER BY decisions DESC, value LIMIT ${OTHERS}`,
          )
        ).map(({ last_ms, ...row }) => ({ ...row, lastSeen_ms: last_ms }));

      const [totals, said, series, users, addresses, devices, ases, reasons, lists, newest] =
        await Promise.all([
          ask<TotalsRow>(
            `SELECT ${COUNTS}, countIf(action = 'challenge') AS challenged, countIf(action = 'block') AS blocked,
uniqIf(device_key, device_key != '') AS devices, uniq(ip) AS addresses, min(toUnixTimestamp64Milli(occurred_at)) AS first_ms
FROM decisions WHERE ${where}`,
          ),
          ask<{ passed: number; compromised: number }>(
            `WITH ids AS (SELECT id FROM decisions WHERE ${where})
SELECT
    (SELECT uniqExact(decision_id) FROM outcomes WHERE tenant = {tenant:String} AND resolution = 'passed'
        AND decision_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
        AND decision_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND decision_id IN ids) AS passed,
    (SELECT count() FROM (SELECT decision_id FROM feedback WHERE tenant = {tenant:String}
        AND decision_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
        AND decision_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND decision_id IN ids GROUP BY decision_id
        HAVING argMax(verdict, (source = 'analyst', position)) = 'compromised')) AS compromised`,
          ),
          ask<{ t_ms: number; decisions: number; failed: number; challenged: number; blocked: number }>(
            `SELECT toInt64(toUnixTimestamp(toStartOfInterval(toDateTime(occurred_at, 'UTC'), toIntervalSecond({step:UInt32})))) * 1000 AS t_ms,
count() AS decisions, countIf(status = 'failed') AS failed, countIf(action = 'challenge') AS challenged,
countIf(action = 'block') AS blocked
FROM decisions WHERE ${where} GROUP BY t_ms ORDER BY t_ms`,
            { step: step_s },
          ),
          ask<{ user_id: string; decisions: number; failed: number; max_score: number; last_ms: number }>(
            `SELECT user_id, count() AS decisions, countIf(status = 'failed') AS failed, max(score) AS max_score,
max(toUnixTimestamp64Milli(occurred_at)) AS last_ms
FROM decisions WHERE ${where} GROUP BY user_id ORDER BY decisions DESC, user_id LIMIT ${USERS}`,
          ),
          subject.kind === 'address' ? [] : others('ip'),
          subject.kind === 'device' ? [] : others('device_key'),
          subject.kind === 'address' || subject.kind === 'as'
            ? []
            : ask<AsRow>(
                `SELECT asn, as_name, ${COUNTS} FROM decisions WHERE ${where} AND asn != 0
GROUP BY asn, as_name ORDER BY decisions DESC, asn LIMIT ${OTHERS}`,
              ),
          ask<{ reason: string; n: number }>(
            `SELECT arrayJoin(reasons) AS reason, count() AS n FROM decisions WHERE ${where}
GROUP BY reason ORDER BY n DESC, reason LIMIT ${REASONS}`,
          ),
          ask<{ name: string; kind: 'blocklist' | 'class'; last_ms: number }>(
            `SELECT listed.1 AS name, listed.2 AS kind, max(toUnixTimestamp64Milli(occurred_at)) AS last_ms
FROM decisions
ARRAY JOIN arrayConcat(arrayMap(b -> (b, 'blocklist'), blocklists), arrayMap(c -> (c, 'class'), network_classes)) AS listed
WHERE ${where} GROUP BY name, kind ORDER BY kind, name LIMIT ${USERS}`,
          ),
          ask<StoredRow & { blocklists: readonly string[]; address_kind: string }>(
            newestRows(within).replace('SELECT ', 'SELECT blocklists, address_kind, '),
            { size: 1 },
          ),
        ]);
      const total = totals[0];
      const [row] = await rows.complete(tenant, newest);
      const any = total !== undefined && total.decisions > 0;
      return {
        firstSeen_ms: any ? total.first_ms : null,
        lastSeen_ms: any ? total.last_ms : null,
        newest: row ?? null,
        newestLists: newest[0]?.blocklists ?? [],
        addressKind: newest[0]?.address_kind ?? null,
        totals: {
          decisions: total?.decisions ?? 0,
          users: total?.users ?? 0,
          failed: total?.failed ?? 0,
          challenged: total?.challenged ?? 0,
          blocked: total?.blocked ?? 0,
          passed: said[0]?.passed ?? 0,
          compromised: said[0]?.compromised ?? 0,
          devices: total?.devices ?? 0,
          addresses: total?.addresses ?? 0,
        },
        bucket_s: step_s,
        series,
        users: users.map(({ user_id, last_ms, ...counts }) => ({
          ...counts,
          user_id: user_id === '' ? null : user_id,
          lastSeen_ms: last_ms,
        })),
        addresses,
        devices,
        ases: ases.map(({ asn, as_name, last_ms, ...counts }) => ({
          ...counts,
          value: String(asn),
          as_name: as_name === '' ? null : as_name,
          lastSeen_ms: last_ms,
        })),
        reasons,
        lists: lists.map(({ name, kind, last_ms }) => ({ name, kind, lastSeen_ms: last_ms })),
      };
    },
  };
}

interface TotalsRow {
  readonly decisions: number;
  readonly failed: number;
  readonly users: number;
  readonly last_ms: number;
  readonly first_ms: number;
  readonly challenged: number;
  readonly blocked: number;
  readonly devices: number;
  readonly addresses: number;
}

interface AsRow {
  readonly asn: number;
  readonly as_name: string;
  readonly decisions: number;
  readonly failed: number;
  readonly users: number;
  readonly last_ms: number;
}

/** Some hundred points, whatever the window. */
function stepOf({ from_ms, to_ms }: Window): number {
  const width_ms = to_ms - from_ms;
  if (width_ms <= 2 * DAY_MS) return 900;
  return width_ms <= 14 * DAY_MS ? HOUR_MS / 1_000 : DAY_MS / 1_000;
}
