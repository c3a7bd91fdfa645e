import type { DecisionCriteria } from '../api/queries.ts';
import type { DecisionRow } from '../api/types.ts';
import type { DecisionsSearch } from './url-state.ts';

/** Filters that are one text each, and their names in the API. */
const TEXTS = {
  q: 'text',
  user: 'user_id',
  ip: 'ip',
  network: 'network',
  device: 'device_key',
  login: 'login_key',
  tls: 'tls_fingerprint',
  country: 'country',
  reason: 'reason',
  type: 'type',
  status: 'status',
  source: 'source',
  application: 'application',
  method: 'method',
  browser: 'browser',
  os: 'os',
  resolution: 'resolution',
  verdict: 'verdict',
} as const satisfies Partial<Record<keyof DecisionsSearch, keyof DecisionCriteria>>;

const listOf = (words: string | undefined): readonly string[] | undefined => {
  const list = words?.split(',').filter((word) => word !== '');
  return list === undefined || list.length === 0 ? undefined : list;
};

/** The page's state as the API's filter. */
export const criteriaOf = (search: DecisionsSearch): DecisionCriteria => {
  const criteria: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(TEXTS)) {
    const value = search[name as keyof typeof TEXTS];
    if (value !== undefined) criteria[field] = value;
  }
  const action = listOf(search.action);
  const level = listOf(search.level);
  if (action !== undefined) criteria.actions = action;
  if (level !== undefined) criteria.levels = level;
  if (search.asn !== undefined) criteria.asn = Number(search.asn);
  if (search.min !== undefined) criteria.score_min = Number(search.min) / 100;
  if (search.max !== undefined) criteria.score_max = Number(search.max) / 100;
  return criteria as DecisionCriteria;
};

/** What the API takes for rows whose client is no browser that it knows. */
export const NO_BROWSER = 'none';

const has = (words: string | undefined, value: string | null): boolean =>
  words === undefined || (value !== null && words.split(',').includes(value));

/** Lower case, as the API compares a text. */
const haystack = (row: DecisionRow): string =>
  [
    row.user_id,
    row.ip,
    row.user_agent,
    row.as_name,
    row.city,
    row.country,
    row.event_id,
    row.device_key,
    ...row.reasons,
  ]
    .filter((word) => word !== null)
    .join('\n')
    .toLowerCase();

/** Whether a streamed row belongs into the list: the stream, which all tabs share, brings every decision. */
export const matchesRow = (row: DecisionRow, search: DecisionsSearch): boolean => {
  const exact: readonly (readonly [string | undefined, string | null])[] = [
    [search.user, row.user_id],
    [search.ip, row.ip],
    [search.network, row.network],
    [search.device, row.device_key],
    [search.login, row.login_key ?? null],
    [search.asn, row.asn === null ? null : String(row.asn)],
    [search.country, row.country],
    [search.type, row.type],
    [search.status, row.status],
    [search.source, row.source],
    [search.application, row.application],
    [search.method, row.method],
    [search.browser, row.browser ?? NO_BROWSER],
    [search.os, row.os],
    [search.verdict, row.verdict],
  ];
  // A row does not say: the list, which knows, brings it a little later.
  if (search.tls !== undefined) return false;
  if (exact.some(([wanted, value]) => wanted !== undefined && wanted !== value)) return false;
  if (!has(search.action, row.action) || !has(search.level, row.level)) return false;
  if (search.reason !== undefined && !row.reasons.includes(search.reason)) return false;
  // What a challenge came to is known only later: a row that has just been made has none.
  if (search.resolution !== undefined && search.resolution !== row.resolution) return false;
  if (search.min !== undefined && row.score < Number(search.min) / 100) return false;
  if (search.max !== undefined && search.max !== '100' && row.score >= Number(search.max) / 100) return false;
  if (search.q === undefined) return true;
  const text = haystack(row);
  return search.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

/** Streamed rows before listed ones, newest first, none twice. */
export const mergeRows = (
  streamed: readonly DecisionRow[],
  listed: readonly DecisionRow[],
  most = Number.POSITIVE_INFINITY,
): readonly DecisionRow[] => {
  if (streamed.length === 0) return listed.length > most ? listed.slice(0, most) : listed;
  // The list knows outcomes and verdicts that came after a row was streamed.
  const rows = new Map(streamed.map((row) => [row.id, row]));
  for (const row of listed) rows.set(row.id, row);
  return [...rows.values()]
    .toSorted((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at) || (a.id < b.id ? 1 : -1))
    .slice(0, most);
};
