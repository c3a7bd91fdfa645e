import type { Analytics } from '../../ports/analytics.ts';
import { ANALYST_LIMITS, type Database } from './database.ts';

/** More devices, networks, places or addresses than this are a list for an export. */
const MOST = 50;

interface Span {
  readonly decisions: number;
  readonly first_ms: number;
  readonly last_ms: number;
}

const SPAN = `count() AS decisions, min(toUnixTimestamp64Milli(occurred_at)) AS first_ms,
max(toUnixTimestamp64Milli(occurred_at)) AS last_ms`;
const textOrNull = (text: string): string | null => (text === '' ? null : text);
const seen = ({ decisions, first_ms, last_ms }: Span) => ({
  decisions,
  firstSeen_ms: first_ms,
  lastSeen_ms: last_ms,
});

/** What one user did, from the columns of that user's decisions. */
export function createUserActivity(database: Database): Pick<Analytics, 'userActivity'> {
  return {
    async userActivity(tenant, userKey, { from_ms, to_ms }) {
      const parameters = { tenant, user: userKey, from: Math.trunc(from_ms), to: Math.trunc(to_ms) };
      const where = `tenant = {tenant:String} AND user_key = {user:String} AND source != 'dry_run'
AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;
      const ask = <Row>(sql: string): Promise<Row[]> =>
        database.query<Row>('read', sql, parameters, ANALYST_LIMITS);
      const [days, devices, networks, places, addresses] = await Promise.all([
        ask<{
          t_ms: number;
          decisions: number;
          failed: number;
          max_score: number;
          mean_score: number;
          challenged: number;
          blocked: number;
        }>(`SELECT toInt64(toUnixTimestamp(toStartOfDay(toDateTime(occurred_at, 'UTC')))) * 1000 AS t_ms, count() AS decisions,
countIf(status = 'failed') AS failed, max(score) AS max_score, avg(score) AS mean_score,
countIf(action = 'challenge') AS challenged, countIf(action = 'block') AS blocked
FROM decisions WHERE ${where} GROUP BY t_ms ORDER BY t_ms`),
        ask<
          Span & {
            device_key: string;
            last_browser: string;
            last_os: string;
            last_type: string;
            countries: readonly string[];
          }
        >(`SELECT device_key, ${SPAN}, argMax(browser, position) AS last_browser, argMax(os, position) AS last_os,
argMax(device_type, position) AS last_type, arraySort(groupUniqArrayIf(20)(country, country != '')) AS countries
FROM decisions WHERE ${where} AND device_key != '' GROUP BY device_key ORDER BY last_ms DESC LIMIT ${MOST}`),
        ask<
          Span & { asn: number; last_name: string; country: string; classes: readonly string[] }
        >(`SELECT asn, country, ${SPAN}, argMax(as_name, position) AS last_name,
argMax(network_classes, position) AS classes
FROM decisions WHERE ${where} GROUP BY asn, country ORDER BY decisions DESC, asn LIMIT ${MOST}`),
        ask<
          Span & {
            country: string;
            region: string;
            city: string;
            last_latitude: number | null;
            last_longitude: number | null;
          }
        >(`SELECT country, region, city, ${SPAN}, argMax(latitude, position) AS last_latitude,
argMax(longitude, position) AS last_longitude
FROM decisions WHERE ${where} AND country != '' GROUP BY country, region, city ORDER BY decisions DESC LIMIT ${MOST}`),
        ask<Span & { ip: string }>(`SELECT ip, ${SPAN} FROM decisions WHERE ${where}
GROUP BY ip ORDER BY decisions DESC, ip LIMIT ${MOST}`),
      ]);
      const sum = (count: (day: (typeof days)[number]) => number): number =>
        days.reduce((total, day) => total + count(day), 0);
      return {
        decisions: sum((day) => day.decisions),
        failed: sum((day) => day.failed),
        challenged: sum((day) => day.challenged),
        blocked: sum((day) => day.blocked),
        risk: days.map(({ failed: _, ...day }) => day),
        devices: devices.map((device) => ({
          ...seen(device),
          device_key: device.device_key,
          browser: textOrNull(device.last_browser),
          os: textOrNull(device.last_os),
          device_type: textOrNull(device.last_type),
          countries: device.countries,
        })),
        networks: networks.map((network) => ({
          ...seen(network),
          asn: network.asn === 0 ? null : network.asn,
          as_name: textOrNull(network.last_name),
          country: textOrNull(network.country),
          network_classes: network.classes,
        })),
        places: places.map((place) => ({
          ...seen(place),
          country: textOrNull(place.country),
          region: textOrNull(place.region),
          city: textOrNull(place.city),
          latitude: place.last_latitude,
          longitude: place.last_longitude,
        })),
        addresses: addresses.map((address) => ({ ...seen(address), ip: address.ip })),
      };
    },
  };
}
