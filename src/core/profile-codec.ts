import type { Habit, HabitKind, LastLogin, Profile, RoundTrip } from './profile.ts';
import { HABIT_KINDS } from './profile.ts';

/**
 * Profile ⇄ bytes. Exact both ways (see the steps in `learn.ts`) and at most 1,024 bytes when every list is full:
 *
 * header 20 · last login 41 · habits 12 each (62 of them) · hours 8 each (24) · one length byte a kind (10) · round
 * trips 2 for each of 8 systems = 1,023.
 */
export const MAX_PROFILE_BYTES = 1_024;

const FORMAT = 2;
const WEIGHT_STEP = 64;
/** Beside the weight, which has 15 bits: of a device that it is bound, of all else that an own device was there. */
const MARK_BIT = 0x8000;
const SHARE_STEP = 255;
const DEGREE_STEP = 100;
const ROUND_TRIP_STEP = 24;
const NO_U16 = 0xffff;
const NO_I16 = -0x8000;
const ID_BYTES = 16;

/** The stored bytes are of a format that this version does not know, or damaged. */
export class ProfileFormatError extends Error {
  readonly code = 'profile_format';
}

export function encodeProfile(profile: Profile): Uint8Array {
  const bytes = new Uint8Array(MAX_PROFILE_BYTES);
  const view = new DataView(bytes.buffer);
  let o = 0;
  const u8 = (n: number): void => view.setUint8(o++, n);
  const u16 = (n: number): void => {
    view.setUint16(o, n);
    o += 2;
  };
  const i16 = (n: number): void => {
    view.setInt16(o, n);
    o += 2;
  };
  const u24 = (n: number): void => {
    u8((n >>> 16) & 0xff);
    u16(n & 0xffff);
  };
  const u32 = (n: number): void => {
    view.setUint32(o, n);
    o += 4;
  };
  u8(FORMAT);
  u8(
    (profile.last === null ? 0 : 1) |
      (profile.boundDevice ? 2 : 0) |
      (profile.lastTrouble_h === null ? 0 : 4),
  );
  u24(profile.createdAt_h);
  u24(profile.lastTrouble_h ?? 0);
  u32(profile.logins);
  u24(profile.countedAt_h);
  for (const s of carriesList(profile)) u8(Math.round(s * SHARE_STEP));
  const last = profile.last;
  if (last !== null) {
    view.setFloat64(o, last.at_ms);
    o += 8;
    for (const byte of idBytes(last.decisionId)) u8(byte);
    u16(
      last.country === null
        ? NO_U16
        : (last.country.charCodeAt(0) << 8) | (last.country.charCodeAt(1) & 0xff),
    );
    i16(last.latitude === null ? NO_I16 : Math.round(last.latitude * DEGREE_STEP));
    i16(last.longitude === null ? NO_I16 : Math.round(last.longitude * DEGREE_STEP));
    u16(last.accuracy_km ?? NO_U16);
    u8((last.placeless ? 1 : 0) | (last.deviceKey === null ? 0 : 2) | (last.addressKey === null ? 0 : 4));
    u32(last.deviceKey ?? 0);
    u32(last.addressKey ?? 0);
  }
  for (const kind of HABIT_KINDS) {
    const habits = profile.habits[kind];
    u8(habits.length);
    for (const habit of habits) {
      if (kind === 'hours') u8(habit.key);
      else u32(habit.key);
      u16(
        (habit.bound === true || habit.withOwnDevice ? MARK_BIT : 0) | Math.round(habit.weight * WEIGHT_STEP),
      );
      u24(habit.lastCounted_h);
      // Ages are relative and saturate: 7 quiet days and "how long known" need no more.
      if (kind === 'hours') {
        u8(
          (habit.provisional ? 0x80 : 0) |
            Math.min(0x7f, Math.floor((habit.lastCounted_h - habit.firstSeen_h) / 24)),
        );
        u8(Math.min(0xff, habit.lastSeen_h - habit.lastCounted_h));
      } else {
        u16((habit.provisional ? 0x8000 : 0) | Math.min(0x7fff, habit.lastCounted_h - habit.firstSeen_h));
        u8(Math.min(0xff, habit.lastSeen_h - habit.lastCounted_h));
      }
    }
  }
  for (const { key } of profile.habits.ases) {
    const found = profile.roundTrips.find(({ as }) => as === key);
    // A spread is never 0, so that 0 says that there is none.
    u8(found === undefined ? 0 : Math.round(found.center * ROUND_TRIP_STEP));
    u8(found === undefined ? 0 : Math.round(found.spread * ROUND_TRIP_STEP));
  }
  return bytes.slice(0, o);
}

/** @throws ProfileFormatError (code `profile_format`). */
export function decodeProfile(bytes: Uint8Array): Profile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 20 || view.getUint8(0) !== FORMAT) {
    throw new ProfileFormatError('The stored profile is of an unknown format.');
  }
  let o = 1;
  const u8 = (): number => view.getUint8(o++);
  const u16 = (): number => {
    o += 2;
    return view.getUint16(o - 2);
  };
  const i16 = (): number => {
    o += 2;
    return view.getInt16(o - 2);
  };
  const u24 = (): number => (u8() << 16) | u16();
  const u32 = (): number => {
    o += 4;
    return view.getUint32(o - 4);
  };
  try {
    const flags = u8();
    const createdAt_h = u24();
    const trouble_h = u24();
    const logins = u32();
    const countedAt_h = u24();
    const carries = {
      device: u8() / SHARE_STEP,
      userAgent: u8() / SHARE_STEP,
      rtt: u8() / SHARE_STEP,
      headers: u8() / SHARE_STEP,
      tlsFingerprint: u8() / SHARE_STEP,
    };
    let last: LastLogin | null = null;
    if ((flags & 1) !== 0) {
      const at_ms = view.getFloat64(o);
      o += 8;
      const decisionId = idText(bytes.subarray(o, o + ID_BYTES));
      o += ID_BYTES;
      const country = u16();
      const latitude = i16();
      const longitude = i16();
      const accuracy = u16();
      const lastFlags = u8();
      const deviceKey = u32();
      const addressKey = u32();
      last = {
        at_ms,
        decisionId,
        country: country === NO_U16 ? null : String.fromCharCode(country >> 8, country & 0xff),
        latitude: latitude === NO_I16 ? null : latitude / DEGREE_STEP,
        longitude: longitude === NO_I16 ? null : longitude / DEGREE_STEP,
        accuracy_km: accuracy === NO_U16 ? null : accuracy,
        placeless: (lastFlags & 1) !== 0,
        deviceKey: (lastFlags & 2) === 0 ? null : deviceKey,
        addressKey: (lastFlags & 4) === 0 ? null : addressKey,
      };
    }
    const habits = {} as Record<HabitKind, Habit[]>;
    for (const kind of HABIT_KINDS) {
      const list: Habit[] = [];
      for (let n = u8(); n > 0; n--) {
        const key = kind === 'hours' ? u8() : u32();
        const weighed = u16();
        const marked = (weighed & MARK_BIT) !== 0;
        const weight = (weighed & (MARK_BIT - 1)) / WEIGHT_STEP;
        const lastCounted_h = u24();
        const age = kind === 'hours' ? u8() : u16();
        const provisionalBit = kind === 'hours' ? 0x80 : 0x8000;
        const ageUnit_h = kind === 'hours' ? 24 : 1;
        const seen_h = u8();
        const habit: Habit = {
          key,
          weight,
          firstSeen_h: lastCounted_h - (age & (provisionalBit - 1)) * ageUnit_h,
          lastSeen_h: lastCounted_h + seen_h,
          lastCounted_h,
          provisional: (age & provisionalBit) !== 0,
          withOwnDevice: marked && kind !== 'devices',
        };
        list.push(marked && kind === 'devices' ? { ...habit, bound: true } : habit);
      }
      habits[kind] = list;
    }
    const roundTrips: RoundTrip[] = [];
    for (const { key } of habits.ases) {
      const center = u8() / ROUND_TRIP_STEP;
      const spread = u8() / ROUND_TRIP_STEP;
      if (spread > 0) roundTrips.push({ as: key, center, spread });
    }
    return {
      createdAt_h,
      logins,
      countedAt_h,
      last,
      lastTrouble_h: (flags & 4) === 0 ? null : trouble_h,
      habits,
      roundTrips,
      carries,
      boundDevice: (flags & 2) !== 0,
    };
  } catch (cause) {
    throw new ProfileFormatError('The stored profile is damaged.', { cause });
  }
}

function carriesList(profile: Profile): readonly number[] {
  const c = profile.carries;
  return [c.device, c.userAgent, c.rtt, c.headers, c.tlsFingerprint];
}

/** `dec_` and a UUID → 16 bytes. */
function idBytes(id: string): Uint8Array {
  const hex = id.slice(id.indexOf('_') + 1).replaceAll('-', '');
  const bytes = new Uint8Array(ID_BYTES);
  for (let i = 0; i < ID_BYTES; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16) || 0;
  return bytes;
}

function idText(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return `dec_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
