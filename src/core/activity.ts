import type { FailureCounts } from './facts.ts';

/**
 * What happened around one subject (a user or typed name, an address, a network, a device) in the last 24 hours of
 * event time. Plain data, so that an adapter can store it as it is. Mutated in place by `recordFailure` and
 * `recordNetwork`: it lives in a bounded cache, never in a profile.
 *
 * Everything is a window up to a time that the caller names: a late event reads and writes only windows up to its
 * own time, so that a replay of history gives what live traffic would have given.
 */
export interface Activity {
  /** Failures by minute since 1970, ascending; minutes older than two hours are folded into `hours`. */
  minutes: number[];
  minuteFailures: number[];
  /** Failures by hour since 1970, ascending, at most 26. */
  hours: number[];
  hourFailures: number[];
  /** 32-bit keys of users that failed, with the second of their last failure; at most 128. */
  users: number[];
  userLast_s: number[];
  /** 32-bit keys of networks from which the subject was tried, with the second of the last try; at most 32. */
  networks: number[];
  networkLast_s: number[];
  /** Cadence of failures: last failure, last gap, current run of near-equal gaps and the longest run with its time. */
  last_ms: number;
  gap_ms: number;
  run: number;
  peakRun: number;
  peakAt_ms: number;
}

/** More distinct users than this on one subject changes no decision; the memory an attacker can claim must end somewhere. */
export const MAX_USERS = 128;
export const MAX_NETWORKS = 32;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MINUTES_KEPT = 120;
const HOURS_KEPT = 25;
/** Gaps differ by less than this share: machines keep time, people do not. */
const REGULAR_TOLERANCE = 0.05;
/** Clock and network jitter that a regular sender shows anyway. */
const REGULAR_TOLERANCE_MS = 20;
/** Shorter gaps are one burst (a log with whole seconds shows 0), longer ones no cadence within an hour's window. */
const MIN_GAP_MS = 200;
const MAX_GAP_MS = 600_000;

export function emptyActivity(): Activity {
  return {
    minutes: [],
    minuteFailures: [],
    hours: [],
    hourFailures: [],
    users: [],
    userLast_s: [],
    networks: [],
    networkLast_s: [],
    last_ms: 0,
    gap_ms: 0,
    run: 0,
    peakRun: 0,
    peakAt_ms: 0,
  };
}

/** Counts a failure (`by` = 1) or takes one back (`by` = −1: the same attempt went on to another status). */
export function recordFailure(activity: Activity, at_ms: number, user: number | null, by: 1 | -1): void {
  const minute = Math.floor(at_ms / MINUTE_MS);
  const newest = activity.minutes.at(-1);
  if (newest !== undefined && minute < newest - MINUTES_KEPT) {
    addAt(activity.hours, activity.hourFailures, Math.floor(at_ms / HOUR_MS), by);
  } else {
    addAt(activity.minutes, activity.minuteFailures, minute, by);
  }
  foldOldMinutes(activity);
  if (by < 0) return;
  if (user !== null) remember(activity.users, activity.userLast_s, user, at_ms, MAX_USERS);
  recordGap(activity, at_ms);
}

/** Remembers that the subject was tried from a network. */
export function recordNetwork(activity: Activity, at_ms: number, network: number): void {
  remember(activity.networks, activity.networkLast_s, network, at_ms, MAX_NETWORKS);
}

/**
 * Failures in the windows that end at `at_ms`. `pending` adds the event being judged: it failed, but is not recorded
 * yet. `activity` may be absent: then only the pending one counts.
 */
export function failureCounts(
  activity: Activity | undefined,
  at_ms: number,
  pending: { readonly failed: boolean; readonly user: number | null },
): FailureCounts {
  const extra = pending.failed ? 1 : 0;
  if (activity === undefined) {
    const users = pending.failed && pending.user !== null ? 1 : 0;
    return {
      failures_10m: extra,
      failures_1h: extra,
      failures_24h: extra,
      failedUsers_1h: users,
      failedUsers_24h: users,
      regularGaps_1h: 0,
    };
  }
  const minute = Math.floor(at_ms / MINUTE_MS);
  let failures_10m = extra;
  let failures_1h = extra;
  let failures_24h = extra;
  for (let i = activity.minutes.length - 1; i >= 0; i--) {
    const m = activity.minutes[i] ?? 0;
    if (m > minute) continue;
    const n = activity.minuteFailures[i] ?? 0;
    if (m > minute - 1440) failures_24h += n;
    if (m > minute - 60) failures_1h += n;
    if (m > minute - 10) failures_10m += n;
  }
  const hour = Math.floor(at_ms / HOUR_MS);
  for (let i = activity.hours.length - 1; i >= 0; i--) {
    const h = activity.hours[i] ?? 0;
    if (h > hour || h <= hour - 24) continue;
    failures_24h += activity.hourFailures[i] ?? 0;
    // Only a late event looks into hours that are folded already.
    if (h === hour) failures_1h += activity.hourFailures[i] ?? 0;
  }
  const at_s = Math.floor(at_ms / 1000);
  const users = distinct(activity.users, activity.userLast_s, at_s, pending.failed ? pending.user : null);
  return {
    failures_10m,
    failures_1h,
    failures_24h,
    failedUsers_1h: users.hour,
    failedUsers_24h: users.day,
    regularGaps_1h:
      activity.peakAt_ms <= at_ms && activity.peakAt_ms > at_ms - HOUR_MS ? activity.peakRun : 0,
  };
}

/** Distinct networks in the windows that end at `at_ms`, the given one included. */
export function networkCounts(
  activity: Activity | undefined,
  at_ms: number,
  network: number | null,
): { hour: number; day: number } {
  if (activity === undefined) {
    const n = network === null ? 0 : 1;
    return { hour: n, day: n };
  }
  return distinct(activity.networks, activity.networkLast_s, Math.floor(at_ms / 1000), network);
}

function distinct(
  keys: readonly number[],
  last_s: readonly number[],
  at_s: number,
  extra: number | null,
): { hour: number; day: number } {
  let hour = 0;
  let day = 0;
  let extraInHour = false;
  let extraInDay = false;
  for (let i = 0; i < keys.length; i++) {
    const t = last_s[i] ?? 0;
    if (t > at_s || t <= at_s - 86_400) continue;
    day += 1;
    const inHour = t > at_s - 3_600;
    if (inHour) hour += 1;
    if (keys[i] === extra) {
      extraInDay = true;
      extraInHour = inHour;
    }
  }
  if (extra !== null) {
    if (!extraInDay) day += 1;
    if (!extraInHour) hour += 1;
  }
  return { hour, day };
}

function addAt(times: number[], counts: number[], time: number, by: number): void {
  let i = times.length - 1;
  while (i >= 0 && (times[i] ?? 0) > time) i--;
  if (i >= 0 && times[i] === time) {
    counts[i] = Math.max(0, (counts[i] ?? 0) + by);
  } else if (by > 0) {
    times.splice(i + 1, 0, time);
    counts.splice(i + 1, 0, by);
  }
}

function foldOldMinutes(activity: Activity): void {
  const newest = activity.minutes.at(-1);
  if (newest === undefined) return;
  let fold = 0;
  while (fold < activity.minutes.length && (activity.minutes[fold] ?? 0) < newest - MINUTES_KEPT) {
    const hour = Math.floor((activity.minutes[fold] ?? 0) / 60);
    addAt(activity.hours, activity.hourFailures, hour, activity.minuteFailures[fold] ?? 0);
    fold++;
  }
  if (fold > 0) {
    activity.minutes.splice(0, fold);
    activity.minuteFailures.splice(0, fold);
  }
  const oldest = Math.floor(newest / 60) - HOURS_KEPT;
  let drop = 0;
  while (drop < activity.hours.length && (activity.hours[drop] ?? 0) < oldest) drop++;
  if (drop > 0) {
    activity.hours.splice(0, drop);
    activity.hourFailures.splice(0, drop);
  }
}

function remember(keys: number[], last_s: number[], key: number, at_ms: number, max: number): void {
  const at_s = Math.floor(at_ms / 1000);
  const i = keys.indexOf(key);
  if (i >= 0) {
    if ((last_s[i] ?? 0) < at_s) last_s[i] = at_s;
    return;
  }
  if (keys.length < max) {
    keys.push(key);
    last_s.push(at_s);
    return;
  }
  let oldest = 0;
  for (let j = 1; j < last_s.length; j++) if ((last_s[j] ?? 0) < (last_s[oldest] ?? 0)) oldest = j;
  if ((last_s[oldest] ?? 0) < at_s) {
    keys[oldest] = key;
    last_s[oldest] = at_s;
  }
}

function recordGap(activity: Activity, at_ms: number): void {
  if (at_ms < activity.last_ms) return;
  const gap_ms = at_ms - activity.last_ms;
  if (activity.last_ms === 0 || gap_ms < MIN_GAP_MS) {
    activity.last_ms = at_ms;
    return;
  }
  const tolerance_ms = Math.max(REGULAR_TOLERANCE_MS, activity.gap_ms * REGULAR_TOLERANCE);
  const regular = gap_ms <= MAX_GAP_MS && Math.abs(gap_ms - activity.gap_ms) <= tolerance_ms;
  activity.run = regular ? activity.run + 1 : 0;
  activity.gap_ms = gap_ms;
  activity.last_ms = at_ms;
  // The longest run stays for an hour, or one late packet would make the score fall in the middle of an attack.
  if (activity.run >= activity.peakRun || at_ms - activity.peakAt_ms > HOUR_MS) {
    activity.peakRun = activity.run;
    activity.peakAt_ms = at_ms;
  }
}
