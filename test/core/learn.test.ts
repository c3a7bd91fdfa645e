import { describe, expect, it } from 'vitest';
import { familiarity } from '../../src/core/familiarity.ts';
import { hash32 } from '../../src/core/hash.ts';
import { forgetDevice, HABIT_LIMITS, type Lesson, learn, noteTrouble } from '../../src/core/learn.ts';
import { HABIT_KINDS, type Profile } from '../../src/core/profile.ts';
import {
  decodeProfile,
  encodeProfile,
  MAX_PROFILE_BYTES,
  ProfileFormatError,
} from '../../src/core/profile-codec.ts';
import { type HistoryEntry, rebuildProfile } from '../../src/core/rebuild.ts';
import { seededRandom } from '../support/random.ts';

const T = Date.UTC(2026, 0, 5, 9, 30, 0);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function lesson(
  at_ms: number,
  overrides: Partial<Lesson> = {},
  features: Partial<Lesson['learnable']['features']> = {},
): Lesson {
  return {
    learnable: {
      features: {
        address: 1,
        network: 2,
        as: 3,
        country: 4,
        place: 5,
        device: 6,
        client: 7,
        browser: 8,
        os: 9,
        tls: null,
        hour: Math.floor(at_ms / HOUR) % 168,
        ...features,
      },
      placeless: false,
      carries: { device: true, userAgent: true, rtt: false, headers: false, tlsFingerprint: false },
      bound: false,
      rtt_ms: null,
      population: true,
    },
    vouchedByDevice: true,
    atGateway: false,
    occurredAt_ms: at_ms,
    decisionId: 'dec_019ab0c4-1234-7abc-8def-0123456789ab',
    how: 'full',
    country: 'DE',
    latitude: 52.52,
    longitude: 13.4,
    accuracy_km: 20,
    ...overrides,
  };
}

const device = (profile: Profile, key = 6) => profile.habits.devices.find((habit) => habit.key === key);

describe('forgetting a device', () => {
  it('takes the device and nothing else; the last login is of no known device then', () => {
    const before = learn(learn(null, lesson(T)), lesson(T + DAY, {}, { device: 16 }));
    const after = forgetDevice(before, 16);
    expect(device(after, 16)).toBeUndefined();
    expect(after.last).toEqual({ ...before.last, deviceKey: null });
    expect({
      ...after,
      last: before.last,
      habits: { ...after.habits, devices: before.habits.devices },
    }).toEqual(before);
    expect(familiarity(after, 'devices', 16, T + DAY).seen).toBe('never');
    expect(familiarity(after, 'devices', 6, T + DAY).seen).toBe('established');
    expect(forgetDevice(after, 16)).toBe(after);
    expect(decodeProfile(encodeProfile(after))).toEqual(after);
  });

  it('holds in a rebuilt profile for what came before it, in the order of the log', () => {
    const entry = (position: number, deviceKey: string): HistoryEntry => ({
      position,
      decisionId: `dec_${position}`,
      occurredAt_ms: T + position * DAY,
      deviceKey,
      sessionKey: null,
      ip: '192.0.2.1',
      lesson: lesson(T + position * DAY, {}, { device: hash32(deviceKey) }),
      trouble_ms: null,
      verdict: null,
    });
    const history = [entry(1, 'kept'), entry(2, 'sold'), entry(4, 'sold')];
    const seen = (forgotten: readonly number[], of = history) =>
      rebuildProfile(
        of,
        forgotten.map((position) => ({ position, deviceKey: 'sold' })),
      )?.habits.devices.map(({ key, lastSeen_h }) => [key, lastSeen_h]);
    const at_h = (position: number) => Math.floor((T + position * DAY) / HOUR);
    const kept = [hash32('kept'), at_h(1)];
    expect(seen([])).toEqual([kept, [hash32('sold'), at_h(4)]]);
    expect(seen([3])).toEqual([kept, [hash32('sold'), at_h(4)]]);
    expect(seen([3], history.slice(0, 2))).toEqual([kept]);
    expect(seen([5, 3])).toEqual([kept]);
    expect(seen([3])).not.toEqual(seen([5]));
    const [, sold] = rebuildProfile(history, [{ position: 3, deviceKey: 'sold' }])?.habits.devices ?? [];
    expect(sold?.firstSeen_h).toBe(at_h(4));
  });
});

describe('where an established device was', () => {
  const away = { address: 21, network: 22, as: 23, country: 24, place: 25 };
  const marks = (profile: Profile): readonly string[] =>
    HABIT_KINDS.filter((kind) => profile.habits[kind].at(-1)?.withOwnDevice === true);
  const home = learn(null, lesson(T));
  const at = T + 3 * DAY;

  it('is remembered of the address, its network, operator, country and place, and of nothing else', () => {
    expect(marks(home)).toEqual([]);
    const after = learn(home, lesson(at, { how: 'provisional' }, { ...away, client: 17, hour: 5 }));
    expect(marks(after)).toEqual(['addresses', 'networks', 'ases', 'countries', 'places']);
    expect(after.habits.countries.at(-1)).toMatchObject({ provisional: true, weight: 1 });
    expect(decodeProfile(encodeProfile(after))).toEqual(after);
  });

  it('is not taught by an id that vouched for nobody, nor by a cookie without the key that there is', () => {
    const taught = (from: Profile, overrides: Partial<Lesson>): Profile =>
      learn(from, lesson(at, { how: 'provisional', ...overrides }, away));
    expect(marks(taught(home, { vouchedByDevice: false }))).toEqual([]);
    const withKey = lesson(T + DAY);
    const bound = learn(home, { ...withKey, learnable: { ...withKey.learnable, bound: true } });
    expect(marks(taught(bound, {}))).toEqual([]);
    const proved = {
      ...withKey,
      how: 'provisional' as const,
      learnable: { ...withKey.learnable, bound: true },
    };
    expect(marks(taught(learn(home, proved), {}))).toEqual([]);
    const shown = lesson(at, { how: 'provisional' }, away);
    expect(marks(learn(bound, { ...shown, learnable: { ...shown.learnable, bound: true } }))).not.toEqual([]);
  });

  it('is forgotten with a device of the user, whichever it was', () => {
    const both = learn(home, lesson(T + DAY, {}, { device: 16 }));
    const after = forgetDevice(learn(both, lesson(at, { how: 'provisional' }, away)), 16);
    expect(marks(after)).toEqual([]);
    expect(after.habits.countries.at(-1)).toMatchObject({ key: 24, provisional: true, weight: 1 });
    expect(decodeProfile(encodeProfile(after))).toEqual(after);
    // Also one that fell out of the profile meanwhile.
    expect(marks(forgetDevice(learn(both, lesson(at, { how: 'provisional' }, away)), 99))).toEqual([]);
    expect(forgetDevice(after, 99)).toBe(after);
  });

  it('is not taught by a new device, none, a device that is not confirmed, or behind an exit', () => {
    const taught = (overrides: Partial<Lesson>, features: object): Profile =>
      learn(home, lesson(at, { how: 'provisional', ...overrides }, { ...away, ...features }));
    expect(marks(taught({}, { device: 60 }))).toEqual([]);
    expect(marks(taught({}, { device: null }))).toEqual([]);
    const missed = taught({}, { device: 60 });
    expect(marks(learn(missed, lesson(at + DAY, { how: 'provisional' }, { ...away, device: 60 })))).toEqual(
      [],
    );
    const exit = lesson(at, { how: 'provisional' }, away);
    const placeless = { ...exit, learnable: { ...exit.learnable, placeless: true } };
    expect(marks(learn(home, { ...placeless, atGateway: true }))).toEqual(['addresses']);
    expect(marks(learn(home, { ...exit, learnable: { ...exit.learnable, placeless: true } }))).toEqual([]);
  });

  it('is remembered when another device had been there within the hour, and kept when one comes after', () => {
    const first = learn(home, lesson(at, { how: 'provisional' }, { ...away, device: 60 }));
    const both = learn(first, lesson(at + 60_000, { how: 'provisional' }, away));
    expect(marks(both)).toEqual(['addresses', 'networks', 'ases', 'countries', 'places']);
    expect(both.habits.ases.at(-1)).toMatchObject({ weight: 1, provisional: true });
    const later = learn(both, lesson(at + DAY, { how: 'provisional' }, { ...away, device: 60 }));
    expect(marks(later)).toEqual(['addresses', 'networks', 'ases', 'countries', 'places']);
  });
});

describe('learning a profile', () => {
  it('a missed attacker behind the same operator does not make his round trips the user’s', () => {
    const timed = (at_ms: number, rtt_ms: number, how: Lesson['how'], features = {}): Lesson => {
      const plain = lesson(at_ms, { how }, features);
      return { ...plain, learnable: { ...plain.learnable, rtt_ms } };
    };
    let profile = learn(null, timed(T, 30, 'full'));
    for (let day = 1; day < 20; day++) profile = learn(profile, timed(T + day * DAY, 30, 'full'));
    const before = profile.roundTrips;
    const own = { network: 20, address: 21, device: 22 };
    for (let i = 0; i < 10; i++) {
      profile = learn(profile, timed(T + 20 * DAY + i * 14 * HOUR, 240, 'provisional', own));
    }
    expect(profile.roundTrips).toEqual(before);
    const moved = learn(profile, timed(T + 27 * DAY, 45, 'full', own));
    expect(moved.roundTrips).not.toEqual(before);
  });

  it('counts ten looped logins within an hour once', () => {
    let profile = learn(null, lesson(T));
    for (let i = 1; i < 10; i++) profile = learn(profile, lesson(T + i * 6 * 60_000));
    expect(device(profile)?.weight).toBe(1);
    expect(profile.logins).toBe(1);
  });

  it('counts the same value on the next day again', () => {
    let profile = learn(null, lesson(T));
    profile = learn(profile, lesson(T + DAY));
    expect(device(profile)?.weight).toBeGreaterThan(1.9);
    expect(profile.logins).toBe(2);
  });

  it('never counts a value twice within 20 hours, wherever the hours fall', () => {
    for (let minutes = 0; minutes <= 20 * 60; minutes += 7) {
      let profile = learn(null, lesson(T));
      profile = learn(profile, lesson(T + minutes * 60_000));
      expect(device(profile)?.weight).toBe(1);
    }
  });

  it('does not change the profile that it was given', () => {
    const before = learn(null, lesson(T));
    const copy = structuredClone(before);
    learn(before, lesson(T + DAY, {}, { device: 99 }));
    expect(before).toEqual(copy);
  });

  it('makes a new value provisional until seven quiet days have passed', () => {
    const profile = learn(null, lesson(T, { how: 'provisional' }));
    expect(familiarity(profile, 'devices', 6, T + DAY)).toMatchObject({ seen: 'provisional' });
    expect(familiarity(profile, 'devices', 6, T + DAY).weight).toBeLessThan(0.21);
    expect(familiarity(profile, 'devices', 6, T + 8 * DAY).seen).toBe('established');
  });

  it('lets provisional values wait anew after trouble', () => {
    const profile = noteTrouble(learn(null, lesson(T, { how: 'provisional' })), T + 3 * DAY);
    expect(familiarity(profile, 'devices', 6, T + 8 * DAY).seen).toBe('provisional');
    expect(familiarity(profile, 'devices', 6, T + 11 * DAY).seen).toBe('established');
  });

  it('makes a provisional value established by a full lesson, and never the other way round', () => {
    const provisional = learn(null, lesson(T, { how: 'provisional' }));
    const full = learn(provisional, lesson(T + HOUR));
    expect(device(full)?.provisional).toBe(false);
    const again = learn(full, lesson(T + 2 * HOUR, { how: 'provisional' }));
    expect(device(again)?.provisional).toBe(false);
  });

  it('never moves the last login back for a late lesson', () => {
    const profile = learn(learn(null, lesson(T)), lesson(T - 5 * DAY, { country: 'BR' }, { device: 77 }));
    expect(profile.last?.at_ms).toBe(T);
    expect(profile.last?.country).toBe('DE');
    expect(profile.createdAt_h).toBe(Math.floor((T - 5 * DAY) / HOUR));
    expect(device(profile, 77)).toBeDefined();
  });

  it('forgets the least typical value when a list is full', () => {
    let profile: Profile | null = null;
    for (let day = 0; day < 30; day++) profile = learn(profile, lesson(T + day * DAY));
    for (let i = 0; i < 50; i++)
      profile = learn(profile, lesson(T + 31 * DAY + i * HOUR, {}, { device: 1000 + i }));
    if (profile === null) throw new Error('unreachable');
    expect(profile.habits.devices.length).toBe(HABIT_LIMITS.devices);
    expect(device(profile)).toBeDefined();
  });

  it('learns how often the user carries a device and recovers fully', () => {
    let profile: Profile | null = null;
    for (let day = 0; day < 40; day++) profile = learn(profile, lesson(T + day * DAY));
    expect(profile?.carries.device).toBe(1);
    expect(profile?.carries.rtt).toBe(0);
  });
});

describe('the stored form of a profile', () => {
  const random = seededRandom(7);
  const history = (logins: number): Profile => {
    let profile: Profile | null = null;
    let at = T;
    for (let i = 0; i < logins; i++) {
      at += Math.floor(random() * 3 * DAY);
      const pick = (n: number): number => Math.floor(random() * n);
      profile = learn(
        profile,
        lesson(
          at,
          {
            how: random() < 0.5 ? 'full' : 'provisional',
            country: random() < 0.1 ? null : 'FR',
            latitude: random() < 0.1 ? null : random() * 180 - 90,
            longitude: random() * 360 - 180,
            accuracy_km: random() < 0.2 ? null : random() * 900,
          },
          {
            address: pick(2 ** 32),
            network: pick(20),
            as: pick(12),
            country: pick(9),
            place: pick(2 ** 32),
            device: random() < 0.1 ? null : pick(30),
            client: pick(40),
            browser: pick(7),
            os: pick(6),
            hour: pick(168),
          },
        ),
      );
      if (random() < 0.02) profile = noteTrouble(profile, at);
    }
    if (profile === null) throw new Error('no logins');
    return profile;
  };

  it('gives back exactly what was stored', () => {
    for (const logins of [1, 2, 5, 40, 300, 900]) {
      const profile = history(logins);
      expect(decodeProfile(encodeProfile(profile))).toEqual(profile);
    }
  });

  it('is at most 1 KiB for a user with years of history and every list full', () => {
    const profile = history(2_000);
    for (const kind of HABIT_KINDS)
      expect(profile.habits[kind].length).toBeLessThanOrEqual(HABIT_LIMITS[kind]);
    expect(encodeProfile(profile).byteLength).toBeLessThanOrEqual(MAX_PROFILE_BYTES);
  });

  it('refuses bytes of another format and damaged ones', () => {
    expect(() => decodeProfile(new Uint8Array([9, 9, 9]))).toThrow(ProfileFormatError);
    expect(() => decodeProfile(encodeProfile(history(20)).slice(0, 80))).toThrow(ProfileFormatError);
  });
});
