import { describe, expect, it } from 'vitest';
import type { LoginEvent } from '../../../src/core/event.ts';
import type { Facts } from '../../../src/core/facts.ts';
import type { Familiarity } from '../../../src/core/familiarity.ts';
import { known } from '../../../src/core/known.ts';
import { MODEL } from '../../../src/core/model/model.ts';
import type { Habit } from '../../../src/core/profile.ts';
import { createScorer } from '../../../src/core/score.ts';
import {
  BASE_EVENT,
  BASE_FACTS,
  ELSEWHERE,
  HOME,
  habit,
  inLisbon,
  NOW_ms,
  nextDoor,
  STRANGE,
  strangeDevice,
  withAddress,
  withContext,
  withFeatures,
  withHabits,
  withLast,
  withPopulation,
} from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';
import { sharingWeight } from '../../../src/core/signals/support/address.ts';
import { burst } from '../../../src/core/signals/support/burst.ts';
import { deviceTrustShare } from '../../../src/core/signals/support/device.ts';
import { besideCoarser, newValueProbability, novelty } from '../../../src/core/signals/support/novelty.ts';
import { count, familyName, grouped, hours, percent } from '../../../src/core/signals/support/words.ts';

describe('novelty', () => {
  const weights = { theta: 0.6, discount: 0.25, trust: 0.5, max_nats: 1.2 };
  const never: Familiarity = {
    seen: 'never',
    weight: 0,
    share: 0,
    total: 20,
    distinct: 2,
    once: 0,
    age_h: 0,
    bound: false,
  };

  it('of a fine value fades as the coarser one is newer', () => {
    expect(besideCoarser(never)).toBe(0);
    expect(besideCoarser({ ...never, seen: 'provisional', weight: 0.4 })).toBeCloseTo(0.4);
    expect(besideCoarser({ ...never, seen: 'established', weight: 3 })).toBe(1);
    // Where no such values are collected, nothing else speaks.
    expect(besideCoarser({ ...never, total: 0, distinct: 0 })).toBe(1);
  });

  it('is a probability that falls with history and rises with variety', () => {
    expect(newValueProbability(0, 0, 0.6, 0.25)).toBe(1);
    expect(newValueProbability(20, 1, 0.6, 0.25)).toBeLessThan(newValueProbability(5, 1, 0.6, 0.25));
    expect(newValueProbability(20, 8, 0.6, 0.25)).toBeGreaterThan(newValueProbability(20, 1, 0.6, 0.25));
    expect(newValueProbability(0.1, 12, 0.6, 0.25)).toBe(1);
  });

  it('is likely for whoever has new values all the time, and hardly likelier for one that did not come back', () => {
    expect(newValueProbability(20, 10, 0.6, 0.25, 20)).toBe(1);
    expect(newValueProbability(20, 3, 0.6, 0.25, 10)).toBeCloseTo(10.6 / 20.6, 12);
    expect(newValueProbability(20, 3, 0.6, 0.25, 0.7)).toBe(newValueProbability(20, 3, 0.6, 0.25));
  });

  it('never exceeds its maximum and is nothing without history', () => {
    expect(novelty({ ...never, total: 1e6 }, weights)).toBe(1.2);
    expect(novelty({ ...never, total: 0, distinct: 0 }, weights)).toBe(0);
  });

  it('of a provisional value lies between that of a new and of an established one', () => {
    const provisional: Familiarity = { ...never, seen: 'provisional', weight: 0.2 };
    expect(novelty(provisional, weights)).toBeGreaterThan(0);
    expect(novelty(provisional, weights)).toBeLessThan(novelty(never, weights));
    expect(novelty({ ...never, seen: 'established', weight: 5 }, weights)).toBe(0);
  });
});

describe('sharing', () => {
  it('takes nothing from a lone user and ever more from many', () => {
    expect([0, 1].map(sharingWeight)).toEqual([1, 1]);
    expect(sharingWeight(2)).toBe(0.75);
    expect(sharingWeight(4)).toBe(0.5);
    expect(sharingWeight(128)).toBeLessThan(0.03);
  });

  it('leaves a family its trust in a device, and more than 20 users none', () => {
    expect([1, 2, 3].map(deviceTrustShare)).toEqual([1, 1, 1]);
    expect(deviceTrustShare(6)).toBe(0.5);
    expect(deviceTrustShare(20)).toBeGreaterThan(0);
    expect(deviceTrustShare(21)).toBe(0);
  });
});

it('a count speaks only beyond what is free, and then in proportion to its logarithm', () => {
  const weights = { free: 3, scale: 3, slope: 1 };
  expect([0, 1, 2, 3].map((n) => burst(n, weights))).toEqual([0, 0, 0, 0]);
  expect(burst(6, weights)).toBeCloseTo(Math.LN2, 12);
  expect(burst(6, weights, 3)).toBe(0);
});

const rawOf = (id: string, event: LoginEvent, facts: Facts): number => {
  const finding = SIGNALS.find((signal) => signal.id === id)?.judge(event, facts);
  return finding?.state === 'evidence' ? finding.rawLogOdds : 0;
};

describe('what explains a finding takes from it', () => {
  it('the usual round trip from a new /24 of the usual operator: the line got another address', () => {
    const facts = withFeatures({ address: 0x2a01, network: 0x2a02 })(BASE_FACTS);
    const at = (rtt_ms: number | null): number =>
      rawOf('network.new_network', withContext({ rtt_ms })(BASE_EVENT), facts);
    expect(at(null)).toBeGreaterThan(0.5);
    expect(at(140)).toBe(at(null));
    expect(at(30)).toBeCloseTo(0.3 * at(null), 6);
    // It never falls when the way gets longer than usual.
    const way = [30, 40, 50, 60, 80, 110, 160, 300].map(at);
    expect(way).toEqual([...way].sort((a, b) => a - b));
  });

  it('impossible travel on another device of the user’s own, but not on a strange one', () => {
    const far = withLast({ at_ms: NOW_ms - 40 * 60_000, deviceKey: 0x0d02 })(inLisbon(BASE_FACTS));
    const own = rawOf('location.impossible_travel', BASE_EVENT, far);
    const strange = rawOf('location.impossible_travel', BASE_EVENT, strangeDevice(far));
    expect(own).toBeGreaterThan(0);
    expect(own).toBeCloseTo(0.35 * strange, 5);
  });

  it('a new country, where every operator is new', () => {
    const strange = strangeDevice(BASE_FACTS);
    const at = (facts: Facts): number => rawOf('network.new_as', BASE_EVENT, facts);
    expect(at(inLisbon(strange))).toBeGreaterThan(0);
    const told = rawOf('location.new_country', BASE_EVENT, inLisbon(strange));
    const half = 0.5 * at(nextDoor(strange));
    expect(at(inLisbon(strange))).toBeCloseTo(Math.max(half, at(nextDoor(strange)) - 0.4 * told), 5);
    // A country that was seen and not confirmed is still new, to the degree that it lacks weight.
    const again = withHabits({
      countries: [habit(HOME.country, 33, 60), habit(ELSEWHERE.country, 1, 2, true)],
    })(inLisbon(strange));
    expect(at(again)).toBeGreaterThan(at(inLisbon(strange)));
    expect(at(again)).toBeLessThan(at(nextDoor(strange)));
    // Nothing but the network tells a journey from a takeover where the user has no device.
    const none = withHabits({ devices: [] });
    expect(at(none(inLisbon(strange)))).toBeCloseTo(at(none(nextDoor(strange))), 5);
  });

  it('a country that is not yet confirmed is no second finding on the second day of a journey', () => {
    const first = inLisbon(strangeDevice(BASE_FACTS));
    const second = withHabits({
      ases: [habit(HOME.as, 30, 60), habit(ELSEWHERE.as, 1, 2, true)],
      countries: [habit(HOME.country, 33, 60), habit(ELSEWHERE.country, 1, 2, true)],
    })(first);
    const settled = withHabits({
      countries: [habit(HOME.country, 33, 60), habit(ELSEWHERE.country, 5, 60)],
    })(first);
    const slow = withContext({ rtt_ms: 210 })(BASE_EVENT);
    expect(rawOf('behaviour.unusual_rtt', slow, first)).toBe(0);
    expect(rawOf('behaviour.unusual_rtt', slow, second)).toBe(0);
    expect(rawOf('behaviour.unusual_rtt', slow, settled)).toBeGreaterThan(0);
    const place = (facts: Facts): number => rawOf('location.new_place', BASE_EVENT, facts);
    expect(place(first)).toBeGreaterThan(0);
    expect(place(second)).toBeCloseTo((0.4 + 0.6 * 0.2) * place(settled), 1);
    const total = (facts: Facts): number =>
      createScorer(SIGNALS, MODEL.caps, MODEL.weights)(slow, facts, 0).logOdds;
    expect(total(second)).toBeLessThan(total(first));
  });

  it('a country that hardly anybody is in says why its operator has so few people', () => {
    const attacked = withPopulation({ ases: { successes: 2, failures: 8, verdicts: 0 }, attacks: 3_000 });
    const at = (facts: Facts): number =>
      rawOf('network.attacked_operator', BASE_EVENT, attacked(strangeDevice(facts)));
    expect(at(nextDoor(BASE_FACTS))).toBeGreaterThan(0.3);
    expect(at(inLisbon(BASE_FACTS))).toBeLessThan(at(nextDoor(BASE_FACTS)));
    // Beyond that it is heard in full.
    const swamped = withPopulation({ ases: { successes: 0, failures: 100_000, verdicts: 0 } });
    expect(rawOf('network.attacked_operator', BASE_EVENT, swamped(inLisbon(strangeDevice(BASE_FACTS))))).toBe(
      rawOf('network.attacked_operator', BASE_EVENT, swamped(nextDoor(strangeDevice(BASE_FACTS)))),
    );
  });

  it('a browser that keeps no cookie: a new one is no news, and for everybody else it is all it was', () => {
    const at = (devices: readonly Habit[]): number =>
      rawOf('device.unknown', BASE_EVENT, withHabits({ devices })(strangeDevice(BASE_FACTS)));
    const once = (key: number): Habit => ({
      ...habit(key, 1, 30),
      lastSeen_h: habit(key, 1, 30).firstSeen_h,
    });
    const incognito = Array.from({ length: 10 }, (_, i) => once(0x900 + i));
    expect(at(incognito)).toBeLessThan(0.15);
    // One computer keeps its cookie, the other never does.
    const both = at([habit(0x901, 10, 60), ...incognito.slice(1)]);
    expect(both).toBeGreaterThan(0.3);
    expect(both).toBeLessThan(1);
    // A cookie that was lost once is no habit.
    expect(at([habit(0x901, 30, 60), once(0x902)])).toBe(at([habit(0x901, 30, 60)]));
    // One login is no habit of losing cookies: the device has had no occasion yet to come back.
    expect(at([once(0x900)])).toBeGreaterThan(0.7);
    expect(at([once(0x900), once(0x901)])).toBeLessThan(at([once(0x900)]));
    // Nor is one that came back on the same day.
    const back = { ...habit(0x903, 1, 1), lastSeen_h: habit(0x903, 1, 1).firstSeen_h + 3 };
    expect(at([back, back])).toBeGreaterThan(at([once(0x903), once(0x904)]));
  });

  it('the user’s own network: a slow round trip says nothing there, and a usual one all it did', () => {
    const slow = withContext({ rtt_ms: 210 })(BASE_EVENT);
    const at = (event: LoginEvent, facts: Facts): number => rawOf('behaviour.unusual_rtt', event, facts);
    const elsewhere = withFeatures({ address: 0x2a01, network: 0x2a02 })(BASE_FACTS);
    expect(at(slow, elsewhere)).toBeGreaterThan(1);
    expect(at(slow, BASE_FACTS)).toBe(0);
    expect(at(slow, withFeatures({ address: 0x2a01 })(BASE_FACTS))).toBe(0);
    expect(at(BASE_EVENT, BASE_FACTS)).toBe(at(BASE_EVENT, elsewhere));
    // Behind an exit the address is many people’s.
    expect(at(slow, withAddress({ hosting: true })(BASE_FACTS))).toBe(at(slow, elsewhere));
    // It never falls when the way gets longer.
    const way = [31, 40, 60, 90, 150].map((rtt_ms) => at(withContext({ rtt_ms })(BASE_EVENT), BASE_FACTS));
    expect(way).toEqual([...way].sort((a, b) => a - b));
  });

  it('less like the user is never less suspicious: a new country and operator say more than a new operator', () => {
    const sum = (facts: Facts): number =>
      createScorer(SIGNALS, MODEL.caps, MODEL.weights)(withContext({ rtt_ms: null })(BASE_EVENT), facts, 0)
        .logOdds;
    const exits = [{}, { hosting: true }, { vpn: true }, { residentialProxy: true }, { mobile: true }];
    for (const device of [(facts: Facts) => facts, strangeDevice]) {
      for (const exit of exits.map(withAddress)) {
        const abroad = sum(device(exit(inLisbon(BASE_FACTS))));
        expect(abroad).toBeGreaterThanOrEqual(sum(device(exit(nextDoor(BASE_FACTS)))));
      }
    }
  });

  it('less like the user is never less suspicious: a new browser says as much as a new version', () => {
    const version = withFeatures({ client: STRANGE.client })(strangeDevice(BASE_FACTS));
    const browser = withFeatures({ browser: STRANGE.browser })(version);
    const sum = (facts: Facts): number =>
      createScorer(SIGNALS, MODEL.caps, MODEL.weights)(BASE_EVENT, facts, 0).logOdds;
    expect(sum(browser)).toBeGreaterThanOrEqual(sum(version));
  });
});

describe('the unusual hour', () => {
  const signal = SIGNALS.find(({ id }) => id === 'behaviour.unusual_hour');
  const at = (hour: number, facts = BASE_FACTS): number => {
    const finding = signal?.judge(BASE_EVENT, withFeatures({ hour })(facts));
    return finding?.state === 'evidence' ? finding.rawLogOdds : 0;
  };

  it('knows that midnight neighbours the hour before it, and Sunday the Monday after', () => {
    const sundayNight = withHabits({ hours: [habit(167, 40, 50)] })(BASE_FACTS);
    expect(at(0, sundayNight)).toBeLessThan(0);
    expect(at(166, sundayNight)).toBeCloseTo(at(0, sundayNight), 9);
    expect(at(155, sundayNight)).toBeGreaterThan(0.5);
  });

  it('stays between −0.3 and +0.8 over the whole week', () => {
    for (let hour = 0; hour < 168; hour++) {
      expect(at(hour)).toBeGreaterThanOrEqual(-0.3);
      expect(at(hour)).toBeLessThanOrEqual(0.8);
    }
  });

  it('says nothing to people who log in at any hour', () => {
    const anyHour = withHabits({
      hours: Array.from({ length: 24 }, (_, i) => habit(i * 7, 2, 50)),
    })(BASE_FACTS);
    for (let hour = 0; hour < 168; hour++) expect(Math.abs(at(hour, anyHour))).toBeLessThan(0.2);
  });
});

describe('words', () => {
  it('group thousands, choose units and count', () => {
    expect(grouped(6_100)).toBe('6,100');
    expect(grouped(-1_234_567.8)).toBe('-1,234,568');
    expect(grouped(-0.2)).toBe('0');
    expect([0.001, 0.5, 2.5, 72, 24 * 1_000].map(hours)).toEqual([
      '4 s',
      '30 min',
      '2.5 h',
      '3 days',
      '2.7 years',
    ]);
    expect(count(1, 'user', 'users')).toBe('1 user');
    expect(count(1_200, 'user', 'users')).toBe('1,200 users');
    expect([0, 0.004, 0.62].map(percent)).toEqual(['0 %', '0.4 %', '62 %']);
    expect(familyName({ os: 'ios' }, 'os', '')).toBe('iOS');
    expect(familyName({ os: 'mobile safari' }, 'os', '')).toBe('Mobile Safari');
    expect(familyName({}, 'os', 'an unrecognised system')).toBe('an unrecognised system');
  });
});

it('headers of any shape are judged without failing', () => {
  const signal = SIGNALS.find(({ id }) => id === 'device.header_contradiction');
  for (const brands of [
    '',
    '"',
    '"Chromium";v="',
    '"Chromium";v="x',
    '"Chromium";v="9999999"',
    '\u0000'.repeat(99),
  ]) {
    const event = {
      ...BASE_EVENT,
      context: { ...BASE_EVENT.context, headers: { 'sec-ch-ua': brands } },
    };
    expect(signal?.judge(event, { ...BASE_FACTS, profile: known(null) }).state).toMatch(/neutral|evidence/);
  }
});
