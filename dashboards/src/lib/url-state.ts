import { ACTIONS, LEVELS, VERDICTS } from '../api/types.ts';
import { columnsText, parseColumns } from './columns.ts';
import { isAddress } from './find.ts';
import { MOST_COUNTED_MS, parseRangeSearch, type RangeSearch, rangeValues } from './time-range.ts';
import { validated } from './validated.ts';
import { QUEUE_KIND_WORDS } from './words.ts';
import { zoneOf } from './zone.ts';

/** State of the overview, all of it in the URL. */
export interface OverviewSearch extends RangeSearch {
  readonly paused?: true;
  /** Actions, levels or statuses hidden in the charts, comma-separated. */
  readonly hide?: string;
}

/** State of the list of decisions. */
export interface DecisionsSearch extends RangeSearch {
  /** Words that must all occur somewhere. */
  readonly q?: string;
  readonly user?: string;
  readonly ip?: string;
  readonly network?: string;
  readonly device?: string;
  /** Keyed hash of the name that was typed. */
  readonly login?: string;
  /** TLS fingerprint of the client. */
  readonly tls?: string;
  /** Comma-separated. */
  readonly action?: string;
  /** Comma-separated. */
  readonly level?: string;
  readonly status?: Status;
  readonly type?: string;
  readonly source?: string;
  readonly application?: string;
  readonly method?: string;
  readonly browser?: string;
  readonly os?: string;
  readonly resolution?: string;
  readonly verdict?: string;
  readonly reason?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** Autonomous system number, without `AS`. */
  readonly asn?: string;
  /** Score in per cent, 0 to 100: from, inclusive. */
  readonly min?: string;
  /** Score in per cent, 0 to 100: to, exclusive unless 100. */
  readonly max?: string;
  /** Columns, comma-separated; absent: the usual ones. */
  readonly cols?: string;
  readonly paused?: true;
}

/** What every page behind the sign-in shares. */
export interface AppSearch {
  /** IANA time zone; absent: the browser's own. */
  readonly tz?: string;
}

/** Whose page it is. */
export interface UserSearch {
  readonly id?: string;
}

export interface AddressSearch extends RangeSearch {
  readonly ip?: string;
}

/** An autonomous system, or a /24 (IPv4) or /48 (IPv6). */
export interface NetworkSearch extends RangeSearch {
  readonly asn?: string;
  readonly network?: string;
}

export interface DeviceSearch extends RangeSearch {
  readonly key?: string;
}

export interface HealthSearch extends RangeSearch {}

export interface ReviewSearch {
  /** Id of the decision that is looked at. */
  readonly at?: string;
  /** Why it waits; absent: whatever the reason. */
  readonly kind?: string;
}

export interface SignInSearch {
  /** Path to go back to, of this application only. */
  readonly return?: string;
  readonly reason?: 'expired' | 'signed_out';
}

export const STATUSES = ['succeeded', 'failed', 'attempted'] as const;
export type Status = (typeof STATUSES)[number];
export const EVENT_TYPES = [
  'login',
  'registration',
  'password_reset',
  'account_recovery',
  'mfa_enrollment',
  'credential_change',
  'session',
  'logout',
] as const;
export const SOURCES = ['risk', 'event', 'import', 'replay'] as const;
export const RESOLUTIONS = ['passed', 'not_passed', 'unanswered'] as const;

/** The API's limits, in characters: of ids of users, of other words, and of keyed hashes. */
const MAX_ID = 256;
const MAX_TEXT = 128;
const MAX_KEY = 64;

const textOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' || trimmed.length > MAX_TEXT ? undefined : trimmed;
};

/** A longer search is cut, and not given up: its first words find more, never less. */
const wordsOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? textOf(value.trim().slice(0, MAX_TEXT)) : undefined;

/** An id as it stands: the API keeps `bob` and ` bob` apart, and so must every link. Its limits count code points. */
const idOf = (value: unknown, most = MAX_ID): string | undefined =>
  typeof value === 'string' && value !== '' && [...value].length <= most ? value : undefined;

/** Half an address is no filter yet. */
const addressOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text !== undefined && isAddress(text) ? text : undefined;
};

/** As the API writes them: `203.0.113.0/24`, `2001:db8:1::/48`. */
const networkOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  const address = /^([0-9a-f.:]+)\/(?:24|48)$/i.exec(text ?? '')?.[1];
  return address !== undefined && isAddress(address) ? text : undefined;
};

const countryOf = (value: unknown): string | undefined => {
  const text = textOf(value)?.toUpperCase();
  return text !== undefined && /^[A-Z]{2}$/.test(text) ? text : undefined;
};

/** `AS64496` and `64496` alike. */
const asnOf = (value: unknown): string | undefined => {
  const digits = /^(?:AS)?\s*(\d{1,10})$/i.exec(textOf(value) ?? '')?.[1];
  return digits === undefined || Number(digits) > 4_294_967_295 ? undefined : String(Number(digits));
};

const oneOf = <T extends string>(words: readonly T[], value: unknown): T | undefined =>
  words.find((word) => word === value);

export const HIDEABLE: readonly string[] = [...ACTIONS, ...LEVELS, ...STATUSES];

export const parseHidden = (hide: string | undefined): ReadonlySet<string> =>
  new Set((hide ?? '').split(',').filter((word) => HIDEABLE.includes(word)));

/** Text for the URL; undefined when nothing is hidden. Order is fixed so that equal states have equal links. */
export const hiddenText = (hidden: ReadonlySet<string>): string | undefined => {
  const words = HIDEABLE.filter((word) => hidden.has(word));
  return words.length === 0 ? undefined : words.join(',');
};

export const parseOverviewSearch = (raw: Readonly<Record<string, unknown>>): OverviewSearch =>
  validated<OverviewSearch>({
    ...rangeValues(raw, MOST_COUNTED_MS),
    paused: isTrue(raw.paused),
    hide: typeof raw.hide === 'string' ? hiddenText(parseHidden(raw.hide)) : undefined,
  });

const percentOf = (value: unknown): string | undefined => {
  const number = Number(textOf(value) ?? Number.NaN);
  return number >= 0 && number <= 100 ? String(number) : undefined;
};

/** Those words of a comma-separated list that are known, in their fixed order; undefined for none. */
const someOf = (words: readonly string[], value: unknown): string | undefined => {
  const named = (textOf(value) ?? '').split(',');
  const known = words.filter((word) => named.includes(word));
  return known.length === 0 ? undefined : known.join(',');
};

const isTrue = (value: unknown): true | undefined => (value === 'true' || value === true ? true : undefined);

export const parseDecisionsSearch = (raw: Readonly<Record<string, unknown>>): DecisionsSearch =>
  validated<DecisionsSearch>({
    ...rangeValues(raw),
    q: wordsOf(raw.q),
    user: idOf(raw.user),
    ip: addressOf(raw.ip),
    network: networkOf(raw.network),
    device: idOf(raw.device, MAX_KEY),
    login: idOf(raw.login, MAX_KEY),
    tls: idOf(raw.tls, MAX_TEXT),
    action: someOf(ACTIONS, raw.action),
    level: someOf(LEVELS, raw.level),
    status: oneOf(STATUSES, raw.status),
    type: oneOf(EVENT_TYPES, raw.type),
    source: oneOf(SOURCES, raw.source),
    application: idOf(raw.application, MAX_TEXT),
    method: textOf(raw.method),
    browser: textOf(raw.browser),
    os: textOf(raw.os),
    resolution: oneOf(RESOLUTIONS, raw.resolution),
    verdict: oneOf(VERDICTS, raw.verdict),
    reason: textOf(raw.reason),
    country: countryOf(raw.country),
    asn: asnOf(raw.asn),
    min: percentOf(raw.min),
    max: percentOf(raw.max),
    cols: textOf(raw.cols) === undefined ? undefined : columnsText(parseColumns(textOf(raw.cols))),
    paused: isTrue(raw.paused),
  });

export const parseAppSearch = (raw: Readonly<Record<string, unknown>>): AppSearch =>
  validated<AppSearch>({ tz: zoneOf(raw.tz) });

export const parseUserSearch = (raw: Readonly<Record<string, unknown>>): UserSearch =>
  validated<UserSearch>({ id: idOf(raw.id) });

export const parseAddressSearch = (raw: Readonly<Record<string, unknown>>): AddressSearch =>
  validated<AddressSearch>({ ...rangeValues(raw, MOST_COUNTED_MS), ip: addressOf(raw.ip) });

export const parseNetworkSearch = (raw: Readonly<Record<string, unknown>>): NetworkSearch =>
  validated<NetworkSearch>({
    ...rangeValues(raw, MOST_COUNTED_MS),
    asn: asnOf(raw.asn),
    network: networkOf(raw.network),
  });

export const parseDeviceSearch = (raw: Readonly<Record<string, unknown>>): DeviceSearch =>
  validated<DeviceSearch>({ ...rangeValues(raw, MOST_COUNTED_MS), key: idOf(raw.key, MAX_KEY) });

export const parseHealthSearch = (raw: Readonly<Record<string, unknown>>): HealthSearch =>
  parseRangeSearch(raw, MOST_COUNTED_MS);

export const parseReviewSearch = (raw: Readonly<Record<string, unknown>>): ReviewSearch =>
  validated<ReviewSearch>({ at: textOf(raw.at), kind: oneOf(QUEUE_KIND_WORDS, raw.kind) });

/**
 * A path within this application, or undefined. Refuses other origins in all their disguises (`//host`, `/\host`,
 * control characters that browsers strip), so that a crafted sign-in link cannot lead elsewhere.
 */
export const safeReturnPath = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value.length > 2048) return undefined;
  if (!/^\/(?![/\\])[^\\\u0000-\u0020\u007f]*$/.test(value)) return undefined;
  return /^\/sign-in(?:[/?#]|$)/.test(value) ? undefined : value;
};

export const parseSignInSearch = (raw: Readonly<Record<string, unknown>>): SignInSearch =>
  validated<SignInSearch>({
    return: safeReturnPath(raw.return),
    reason: oneOf(['expired', 'signed_out'] as const, raw.reason),
  });

/** Query text → flat words. The last of repeated names wins; an id like `123` stays the text that it is. */
export const parseQuery = (query: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(query));

/** Flat words → query text with its leading `?`, or an empty string. */
export const stringifyQuery = (search: object): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' || typeof value === 'number' || value === true)
      query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};
