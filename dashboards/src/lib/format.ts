import type { DetailValue } from '../api/types.ts';
import { once } from './once.ts';
import { sentence } from './text.ts';
import { logistic } from './waterfall.ts';

/** Numbers and times as one reader sees them. All times in ms since 1970-01-01 or RFC 3339. */
export interface Format {
  readonly locale: string;
  readonly timeZone: string;
  /** The present distance from UTC: `GMT+2`. */
  readonly zoneOffset: string;
  /** The zone with its present distance from UTC: `Europe/Berlin (GMT+2)`. */
  readonly zoneLabel: string;
  count(value: number): string;
  compact(value: number): string;
  /** At most two decimals. */
  number(value: number): string;
  /** A share 0–1 as per cent; small ones keep two digits that matter (0.52 %), and what is not 0 never reads 0 %. */
  percent(share: number): string;
  /** Nats with an explicit sign and two decimals; a true minus sign. */
  nats(value: number): string;
  /** Time to the second; with the date when it is not the day of `now`. */
  moment(time: number | string, now_ms: number): string;
  /** Full date, time to the second, and zone. */
  full(time: number | string): string;
  /** Time of day to the second. */
  clock(time: number | string): string;
  /** Weekday and date. */
  day(time: number | string): string;
  /** Date and time to the minute, for ranges. */
  stamp(time: number | string): string;
  /** A chart's axis: the time of day, or the date at midnight and for whole days. */
  axis(time_ms: number, bucket_s: number): string;
  /** The span of one bar. Bars of a day or more are cut at UTC midnight, and say so. */
  bucket(time_ms: number, bucket_s: number): string;
  /** Distance of the zone from UTC at that time, in seconds. */
  offset_s(time_ms: number): number;
  country(code: string): string;
}

const MINUS = '\u2212';

const toDate = (time: number | string): Date => new Date(time);

const valid = (date: Date): boolean => !Number.isNaN(date.getTime());

const HOUR_MS = 3_600_000;
const DAY_S = 86_400;

/**
 * Formatters are made when they are first used: each costs about a millisecond, the first of all some ten, and no page
 * needs all of them.
 */
export const createFormat = (
  options: { readonly locale?: string | undefined; readonly timeZone?: string | undefined } = {},
): Format => {
  const resolved = once(() =>
    new Intl.DateTimeFormat(options.locale, { timeZone: options.timeZone }).resolvedOptions(),
  );
  const locale = (): string => resolved().locale;
  const timeZone = (): string => resolved().timeZone;

  const date = (shape: Intl.DateTimeFormatOptions, zone?: string): (() => Intl.DateTimeFormat) =>
    once(() => new Intl.DateTimeFormat(locale(), { ...shape, timeZone: zone ?? timeZone() }));
  const digits = (shape: Intl.NumberFormatOptions): (() => Intl.NumberFormat) =>
    once(() => new Intl.NumberFormat(locale(), shape));

  const count = digits({ maximumFractionDigits: 0 });
  const number = digits({ maximumFractionDigits: 2 });
  const compact = digits({ notation: 'compact', maximumFractionDigits: 1 });
  const wholePercent = digits({ style: 'percent', maximumFractionDigits: 0 });
  const finePercent = digits({ style: 'percent', maximumFractionDigits: 1 });
  const finestPercent = digits({ style: 'percent', maximumFractionDigits: 2 });
  const nats = digits({
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
  const time = date({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const dayAndTime = date({
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const yearAndTime = date({
    year: 'numeric',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const full = date({
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  const weekday = date({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const dayKey = date({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const year = date({ year: 'numeric' });
  const clock = date({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = date({ day: 'numeric', month: 'short' });
  const utcDay = date({ day: 'numeric', month: 'short' }, 'UTC');
  const utcFullDay = date({ day: 'numeric', month: 'short', year: 'numeric' }, 'UTC');
  const offsetName = once(
    () => new Intl.DateTimeFormat('en-US', { timeZone: timeZone(), timeZoneName: 'longOffset' }),
  );
  const shortOffset = once(
    () => new Intl.DateTimeFormat('en-US', { timeZone: timeZone(), timeZoneName: 'shortOffset' }),
  );
  const countries = once(() => new Intl.DisplayNames(locale(), { type: 'region', fallback: 'code' }));

  const namePart = (formatter: Intl.DateTimeFormat, time_ms: number): string =>
    formatter.formatToParts(time_ms).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';

  const offset_s = (time_ms: number): number => {
    const found = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(namePart(offsetName(), time_ms));
    if (found === null) return 0;
    const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
    return found[1] === '-' ? -seconds : seconds;
  };

  /** The last days that were looked at and whose clocks stood still: one look serves most buckets of a chart. */
  let steady = { from_ms: 0, to_ms: 0 };
  /** Where clocks go back, two moments have the same name. */
  const isTwice = (time_ms: number): boolean => {
    if (time_ms - HOUR_MS >= steady.from_ms && time_ms + HOUR_MS <= steady.to_ms) return false;
    const around = { from_ms: time_ms - DAY_S * 1000, to_ms: time_ms + DAY_S * 1000 };
    const back_s = offset_s(around.from_ms) - offset_s(around.to_ms);
    if (back_s === 0) steady = around;
    return (
      back_s > 0 &&
      [-back_s, back_s].some((away_s) => offset_s(time_ms) - offset_s(time_ms + away_s * 1000) === away_s)
    );
  };

  const orDash = (value: number | string, write: (date: Date) => string): string => {
    const at = toDate(value);
    return valid(at) ? write(at) : '–';
  };

  const axis = (time_ms: number, bucket_s: number): string => {
    if (bucket_s >= DAY_S) return utcDay().format(time_ms);
    const local_s = Math.round(time_ms / 1000) + offset_s(time_ms);
    // Wider buckets are cut in UTC: the one that holds midnight carries the date.
    const sinceMidnight_s = ((local_s % DAY_S) + DAY_S) % DAY_S;
    if (sinceMidnight_s >= bucket_s) return clock().format(time_ms);
    return day().format(sinceMidnight_s === 0 ? time_ms : time_ms + (bucket_s - 1) * 1000);
  };

  const bucket = (time_ms: number, bucket_s: number): string => {
    const end_ms = time_ms + bucket_s * 1000;
    if (bucket_s === DAY_S) return `${utcFullDay().format(time_ms)} UTC`;
    if (bucket_s > DAY_S) return `${utcDay().format(time_ms)} – ${utcFullDay().format(end_ms - 1)} UTC`;
    const offset = isTwice(time_ms) ? ` ${namePart(shortOffset(), time_ms)}` : '';
    if (bucket_s < 60) return `${dayAndTime().format(time_ms)}${offset}`;
    return `${day().format(time_ms)}, ${clock().format(time_ms)} – ${clock().format(end_ms)}${offset}`;
  };

  return {
    get locale() {
      return locale();
    },
    get timeZone() {
      return timeZone();
    },
    get zoneOffset() {
      return namePart(shortOffset(), Date.now());
    },
    get zoneLabel() {
      return `${timeZone()} (${namePart(shortOffset(), Date.now())})`;
    },
    count: (value) => count().format(value),
    number: (value) => number().format(value),
    compact: (value) => (Math.abs(value) < 10_000 ? count().format(value) : compact().format(value)),
    percent: (share) => {
      if (!Number.isFinite(share)) return '–';
      if (share > 0 && share < 0.0001) return `< ${finestPercent().format(0.0001)}`;
      if (share < 1 && share > 0.9999) return `> ${finestPercent().format(0.9999)}`;
      if (share < 0.01 || (share > 0.99 && share < 1)) return finestPercent().format(share);
      return share < 0.1 ? finePercent().format(share) : wholePercent().format(share);
    },
    nats: (value) => nats().format(value).replace('-', MINUS),
    moment: (value, now_ms) =>
      orDash(value, (at) => {
        if (dayKey().format(at) === dayKey().format(now_ms)) return time().format(at);
        return year().format(at) === year().format(now_ms)
          ? dayAndTime().format(at)
          : yearAndTime().format(at);
      }),
    full: (value) => orDash(value, (at) => full().format(at)),
    clock: (value) => orDash(value, (at) => time().format(at)),
    day: (value) => orDash(value, (at) => weekday().format(at)),
    stamp: (value) => orDash(value, (at) => yearAndTime().format(at)),
    axis,
    bucket,
    offset_s,
    country: (code) => {
      if (!/^[A-Z]{2}$/.test(code)) return code;
      return countries().of(code) ?? code;
    },
  };
};

/** Units by the last part of a key (`distance_km`), as the words after the number. */
const UNITS: Readonly<Record<string, string>> = {
  km: 'km',
  kmh: 'km/h',
  ms: 'ms',
  s: 's',
  h: 'h',
  m: 'min',
  min: 'min',
  d: 'days',
  day: 'days',
  days: 'days',
  years: 'years',
};

/** A count over time (`accepted_per_min`) names its unit in the label: `Accepted per minute`. */
const RATES: Readonly<Record<string, string>> = { s: 'second', min: 'minute', h: 'hour', d: 'day' };
const RATE = /_per_(s|min|h|d)$/;

/** A window at the end of a key (`failures_10m`, `users_24h`) is part of what was counted, not a unit. */
const WINDOW = /_(\d+)(ms|s|m|h|d)$/;

const WINDOW_WORDS: Readonly<Record<string, string>> = { ms: 'ms', s: 's', m: 'min', h: 'h', d: 'days' };

/** Numbers that name something instead of counting it: `14618`, never `14,618`. */
const NAMING = /(?:^|_)(?:asn?|id|year|major|version)$/;

/** One detail of a signal, as label and value: `distance_km: 6100` → `Distance`, `6,100 km`. */
export const detailWords = (
  key: string,
  value: DetailValue,
  format: Pick<Format, 'locale' | 'percent'>,
): { readonly label: string; readonly text: string } => {
  const window = WINDOW.exec(key);
  const bare = window === null ? key : key.slice(0, window.index);
  const suffix = window === null ? '' : ` in ${window[1]} ${WINDOW_WORDS[window[2] ?? ''] ?? ''}`;
  const cut = bare.lastIndexOf('_');
  const rate = RATE.exec(bare);
  const unit = window === null && rate === null && cut > 0 ? UNITS[bare.slice(cut + 1)] : undefined;
  const share = window === null && bare.endsWith('_share');
  const named = rate === null ? bare : `${bare.slice(0, rate.index)}_per_${RATES[rate[1] ?? ''] ?? rate[1]}`;
  const label = sentence(unit === undefined ? named : bare.slice(0, cut)) + suffix;
  if (typeof value === 'number') {
    if (share && value >= 0 && value <= 1) return { label, text: format.percent(value) };
    const digits = Math.abs(value) >= 100 ? 0 : 2;
    const number = new Intl.NumberFormat(format.locale, {
      maximumFractionDigits: digits,
      useGrouping: !NAMING.test(key),
    }).format(value);
    return { label, text: unit === undefined ? number : `${number} ${unit}` };
  }
  if (typeof value === 'boolean') return { label, text: value ? 'yes' : 'no' };
  return { label, text: value ?? 'none' };
};

/** Probability for log-odds in nats, written. */
export const probabilityOf = (logOdds: number, format: Pick<Format, 'percent'>): string =>
  format.percent(logistic(logOdds));
