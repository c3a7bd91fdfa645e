/**
 * Who shares something (an address, a network, a device, a tenant), counted from accepted logins only: an attacker's
 * failures never make an address look shared. Plain data, mutated in place, bounded.
 */
export interface Sharing {
  /** 32-bit user keys with the hour of their last accepted login; at most 128. */
  users: number[];
  userLast_h: number[];
  /** Accepted logins by hour since 1970, ascending, at most 26. */
  hours: number[];
  logins: number[];
}

export const MAX_SHARERS = 128;
const HOURS_KEPT = 25;
const HOUR_MS = 3_600_000;
/** An address that nobody used for a month has been given to somebody else. */
const SHARING_DAYS = 30;

export const emptySharing = (): Sharing => ({ users: [], userLast_h: [], hours: [], logins: [] });

export function recordSharer(sharing: Sharing, at_ms: number, user: number): void {
  const hour = Math.floor(at_ms / HOUR_MS);
  const i = sharing.users.indexOf(user);
  if (i >= 0) {
    if ((sharing.userLast_h[i] ?? 0) < hour) sharing.userLast_h[i] = hour;
  } else if (sharing.users.length < MAX_SHARERS) {
    sharing.users.push(user);
    sharing.userLast_h.push(hour);
  } else {
    let oldest = 0;
    for (let j = 1; j < sharing.userLast_h.length; j++) {
      if ((sharing.userLast_h[j] ?? 0) < (sharing.userLast_h[oldest] ?? 0)) oldest = j;
    }
    if ((sharing.userLast_h[oldest] ?? 0) < hour) {
      sharing.users[oldest] = user;
      sharing.userLast_h[oldest] = hour;
    }
  }
  countLogin(sharing, hour);
}

/** Distinct users within `days` before `at_ms`; never sees later ones. */
export function sharers(sharing: Sharing | undefined, at_ms: number, days = SHARING_DAYS): number {
  if (sharing === undefined) return 0;
  const hour = Math.floor(at_ms / HOUR_MS);
  let n = 0;
  for (const last of sharing.userLast_h) if (last <= hour && last > hour - days * 24) n++;
  return n;
}

/** Whether a user was accepted within the 30 days before `at_ms`. */
export function isSharer(sharing: Sharing | undefined, at_ms: number, user: number): boolean {
  const i = sharing?.users.indexOf(user) ?? -1;
  if (sharing === undefined || i < 0) return false;
  const hour = Math.floor(at_ms / HOUR_MS);
  const last = sharing.userLast_h[i] ?? 0;
  return last <= hour && last > hour - SHARING_DAYS * 24;
}

/** Accepted logins within the 24 hours before `at_ms`. */
export function acceptedLogins(sharing: Sharing | undefined, at_ms: number): number {
  if (sharing === undefined) return 0;
  const hour = Math.floor(at_ms / HOUR_MS);
  let n = 0;
  for (let i = 0; i < sharing.hours.length; i++) {
    const h = sharing.hours[i] ?? 0;
    if (h <= hour && h > hour - 24) n += sharing.logins[i] ?? 0;
  }
  return n;
}

function countLogin(sharing: Sharing, hour: number): void {
  let i = sharing.hours.length - 1;
  while (i >= 0 && (sharing.hours[i] ?? 0) > hour) i--;
  if (i >= 0 && sharing.hours[i] === hour) {
    sharing.logins[i] = (sharing.logins[i] ?? 0) + 1;
  } else {
    sharing.hours.splice(i + 1, 0, hour);
    sharing.logins.splice(i + 1, 0, 1);
  }
  const oldest = (sharing.hours.at(-1) ?? hour) - HOURS_KEPT;
  while (sharing.hours.length > 0 && (sharing.hours[0] ?? 0) < oldest) {
    sharing.hours.shift();
    sharing.logins.shift();
  }
}
