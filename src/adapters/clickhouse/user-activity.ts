import type { Analytics } from '../../ports/analytics.ts';
import { ANALYST_LIMITS, type Database } from './database.ts';

/** More devices, networks, places or addresses than this are a list for an export. */
const MOST = 50;

/** Days of the widest window. */
const MOST_DAYS = 400;

/** One group of a user's decisions: by day, device, network, place or address. What it is not grouped by is empty. */
interface Group {
  readonly kind: 'day' | 'device' | 'network' | 'place' | 'address';
  readonly t_ms: number;
  readonly device_key: string;
  readonly asn: number;
  readonly country: string;
  readonly region: string;
  readonly city: string;
  readonly ip: string;
  readonly decisions: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly failed: number;
  readonly challenged: number;
  readonly blocked: number;
  readonly max_score: number;
  readonly mean_score: number;
  readonly last_browser: string;
  readonly last_os: string;
  readonly last_type: string;
  readonly last_as_name: string;
  readonly last_classes: readonly string[];
  readonly last_latitude: number | null;
  readonly last_longitude: number | null;
  readonly countries: readonly string[];
}

/** All groups from one reading of the user's rows: to find them in every part costs more than to add them up. */
const GROUPS = `SELECT multiIf(grouping(ip) = 0, 'address', grouping(device_key) = 0, 'device', grouping(asn) = 0, 'network',
grouping(city) = 0, 'place', 'day') AS kind,
toInt64(toUnixTimestamp(day)) * 1000 AS t_ms, device_key, asn, country, region, city, ip,
count() AS decisions, min(toUnixTimestamp64Milli(occurred_at)) AS first_ms, max(toUnixTimestamp64Milli(occurred_at)) AS last_ms,
countIf(status = 'failed') AS failed, countIf(action = 'challenge') AS challenged, countIf(action = 'block') AS blocked,
max(score) AS max_score, avg(score) AS mean_score, argMax(browser, position) AS last_browser, argMax(os, position) AS last_os,
argMax(device_type, position) AS last_type, argMax(as_name, position) AS last_as_name,
argMax(network_classes, position) AS last_classes, argMax(latitude, position) AS last_latitude,
argMax(longitude, position) AS last_longitude, arraySort(groupUniqArrayIf(20)(seen_in, seen_in != '')) AS countries
FROM (
    SELECT toStartOfDay(toDateTime(occurred_at, 'UTC')) AS day, country AS seen_in, occurred_at, position, status, action,
        score, device_key, asn, as_name, network_classes, country, region, city, latitude, longitude, ip, browser, os,
        device_type
    FROM decisions
    WHERE tenant = {tenant:String} AND user_key = {user:String} AND source != 'dry_run'
    AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
GROUP BY GROUPING SETS ((day), (device_key), (asn, country), (country, region, city), (ip))
HAVING NOT (kind = 'device' AND device_key = '') AND NOT (kind = 'place' AND country = '')
ORDER BY kind, multiIf(kind = 'day', -t_ms, kind = 'device', last_ms, toInt64(decisions)) DESC, asn, ip
LIMIT ${MOST_DAYS} BY kind`;

const textOrNull = (text: string): string | null => (text === '' ? null : text);
const seen = ({ decisions, first_ms, last_ms }: Group) => ({
  decisions,
  firstSeen_ms: first_ms,
  lastSeen_ms: last_ms,
});

/** What one user did, from the columns of that user's decisions. */
export function createUserActivity(database: Database): Pick<Analytics, 'userActivity'> {
  return {
    async userActivity(tenant, userKey, { from_ms, to_ms }) {
      const groups = await database.query<Group>(
        'read',
        GROUPS,
        { tenant, user: userKey, from: Math.trunc(from_ms), to: Math.trunc(to_ms) },
        ANALYST_LIMITS,
      );
      const of = (kind: Group['kind']): readonly Group[] => groups.filter((group) => group.kind === kind);
      const most = (kind: Group['kind']): readonly Group[] => of(kind).slice(0, MOST);
      const days = of('day');
      const sum = (count: (day: Group) => number): number =>
        days.reduce((total, day) => total + count(day), 0);
      return {
        decisions: sum((day) => day.decisions),
        failed: sum((day) => day.failed),
        challenged: sum((day) => day.challenged),
        blocked: sum((day) => day.blocked),
        risk: days.map(({ t_ms, decisions, max_score, mean_score, challenged, blocked }) => ({
          t_ms,
          decisions,
          max_score,
          mean_score,
          challenged,
          blocked,
        })),
        devices: most('device').map((device) => ({
          ...seen(device),
          device_key: device.device_key,
          browser: textOrNull(device.last_browser),
          os: textOrNull(device.last_os),
          device_type: textOrNull(device.last_type),
          countries: device.countries,
        })),
        networks: most('network').map((network) => ({
          ...seen(network),
          asn: network.asn === 0 ? null : network.asn,
          as_name: textOrNull(network.last_as_name),
          country: textOrNull(network.country),
          network_classes: network.last_classes,
        })),
        places: most('place').map((place) => ({
          ...seen(place),
          country: textOrNull(place.country),
          region: textOrNull(place.region),
          city: textOrNull(place.city),
          latitude: place.last_latitude,
          longitude: place.last_longitude,
        })),
        addresses: most('address').map((address) => ({ ...seen(address), ip: address.ip })),
      };
    },
  };
}
