import { describe, expect, it } from 'vitest';
import type { LoginEvent } from '../../../src/core/event.ts';
import type { Facts } from '../../../src/core/facts.ts';
import { MODEL } from '../../../src/core/model/model.ts';
import type { Habit } from '../../../src/core/profile.ts';
import { createScorer } from '../../../src/core/score.ts';
import {
  all,
  BASE_EVENT,
  BASE_FACTS,
  ELSEWHERE,
  HOME,
  habit,
  inLisbon,
  NOW_ms,
  newcomer,
  nextDoor,
  profileHidden,
  STRANGE,
  strangeDevice,
  withAddress,
  withContext,
  withDevice,
  withFeatures,
  withHabits,
  withPopulation,
  withProfile,
} from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';
import { ownClientNats } from '../../../src/core/signals/support/own-client.ts';
import { shareWhereOwnDeviceWas } from '../../../src/core/signals/support/own-device-place.ts';
import { seededRandom } from '../../support/random.ts';

const PORTUGAL = ELSEWHERE.country;
const event = withDevice({ presented: false })(BASE_EVENT);
/** Two days ago, once, and not confirmed: with the user's own device or without it. */
const visited = (key: number, withOwnDevice: boolean): Habit => ({
  ...habit(key, 1, 2, true),
  withOwnDevice,
});
const rawOf = (id: string, facts: Facts, login: LoginEvent = event): number => {
  const finding = SIGNALS.find((signal) => signal.id === id)?.judge(login, facts);
  return finding?.state === 'evidence' ? finding.rawLogOdds : 0;
};
const score = createScorer(SIGNALS, MODEL.caps, MODEL.weights);
const sum = (facts: Facts, login: LoginEvent = event): number => score(login, facts, 0).logOdds;

describe('where the user’s own device was before', () => {
  const was = (withOwnDevice: boolean, address = false) =>
    all(
      inLisbon,
      strangeDevice,
      withHabits({
        countries: [habit(HOME.country, 33, 60), visited(PORTUGAL, withOwnDevice)],
        ases: [habit(HOME.as, 18, 60), visited(ELSEWHERE.as, withOwnDevice)],
        networks: [habit(HOME.network, 14, 60), visited(ELSEWHERE.network, withOwnDevice)],
        ...(address
          ? { addresses: [habit(HOME.address, 14, 60), visited(ELSEWHERE.address, withOwnDevice)] }
          : {}),
      }),
    )(BASE_FACTS);
  const share = (facts: Facts): number => shareWhereOwnDeviceWas(facts, 'countries', PORTUGAL, NOW_ms);
  const anotherBrowser = withFeatures({ client: STRANGE.client, browser: STRANGE.browser, os: STRANGE.os });

  it('a third of what is new is said, and not nothing: a cookie may be copied, others use the operator', () => {
    expect(share(was(true))).toBe(0.3);
    expect(share(was(false))).toBe(1);
    for (const id of ['location.new_country', 'network.new_as']) {
      expect(rawOf(id, was(true))).toBeGreaterThan(0);
      expect(rawOf(id, was(true))).toBeLessThan(rawOf(id, was(false)));
    }
    expect(sum(was(true))).toBeLessThan(sum(was(false)) - 0.8);
  });

  it('a tenth is left at the very address, for the browsers of the user and nobody else', () => {
    expect(share(was(true, true))).toBe(0.1);
    expect(share(anotherBrowser(was(true, true)))).toBe(0.3);
    expect(share(was(false, true))).toBe(1);
  });

  it('in a data centre the very address counts and nothing else: a gateway of the company', () => {
    const gateway = withAddress({ hosting: true });
    expect(share(gateway(was(true)))).toBe(1);
    expect(share(gateway(was(true, true)))).toBe(0.3);
    expect(rawOf('network.hosting', gateway(was(true, true)))).toBeCloseTo(
      0.3 * rawOf('network.hosting', gateway(was(false, true))),
      5,
    );
    expect(share(withAddress({ blocklists: ['feed'] })(gateway(was(true, true))))).toBe(1);
    expect(rawOf('network.hosting', gateway(was(true)))).toBe(rawOf('network.hosting', gateway(was(false))));
  });

  it('it vouches for nothing: a strange device there is never less suspicious than at home', () => {
    const home = strangeDevice(BASE_FACTS);
    for (const change of [(facts: Facts) => facts, anotherBrowser]) {
      expect(sum(change(was(true, true)))).toBeGreaterThan(sum(change(home)));
    }
  });

  it('trouble since the value was first seen takes it back, trouble before does not', () => {
    const seen_h = visited(PORTUGAL, true).firstSeen_h;
    expect(share(withProfile({ lastTrouble_h: seen_h })(was(true)))).toBe(1);
    expect(share(withProfile({ lastTrouble_h: seen_h + 20 })(was(true)))).toBe(1);
    expect(share(withProfile({ lastTrouble_h: seen_h - 1 })(was(true)))).toBe(0.3);
  });

  it('says nothing behind an exit, of a value never seen, and without a profile', () => {
    for (const exit of [{ vpn: true }, { tor: true }, { residentialProxy: true }, { mobile: true }]) {
      expect(share(withAddress(exit)(was(true, true)))).toBe(1);
      expect(share(withAddress({ ...exit, hosting: true })(was(true, true)))).toBe(1);
    }
    expect(shareWhereOwnDeviceWas(was(true), 'countries', 0x7777, NOW_ms)).toBe(1);
    expect(shareWhereOwnDeviceWas(was(true), 'countries', null, NOW_ms)).toBe(1);
    expect(share(newcomer(was(true)))).toBe(1);
    expect(share(profileHidden(was(true)))).toBe(1);
  });

  it('never makes it pay to leave the own cookie out, nor raises a score, whatever is known about the place', () => {
    const random = seededRandom(11);
    const chance = (p: number): boolean => random() < p;
    const known = <T extends Habit>(key: number, habits: readonly T[]): readonly Habit[] =>
      chance(0.7)
        ? [
            ...habits,
            {
              ...habit(key, 1 + Math.floor(random() * 3), 1 + random() * 6, chance(0.8)),
              withOwnDevice: true,
            },
          ]
        : habits;
    const unmarked = (habits: readonly Habit[]): readonly Habit[] =>
      habits.map((one) => ({ ...one, withOwnDevice: false }));
    for (let i = 0; i < 4_000; i++) {
      const where = chance(0.5) ? inLisbon : chance(0.5) ? nextDoor : (facts: Facts) => facts;
      const own = all(
        where,
        chance(0.3) ? withFeatures({ network: 0x2a02, address: 0x2a01 }) : (facts) => facts,
        withAddress({ hosting: chance(0.3) }),
        withPopulation({
          clients: { successes: Math.floor(random() * 6_000), failures: 0, verdicts: 0 },
          ases: { successes: Math.floor(random() * 900), failures: Math.floor(random() * 900), verdicts: 0 },
        }),
        (facts) => {
          const { features } = facts;
          return withHabits({
            countries: known(features.country ?? 0, [habit(HOME.country, 33, 60)]),
            ases: known(features.as ?? 0, [habit(HOME.as, 18, 60)]),
            networks: known(features.network ?? 0, [habit(HOME.network, 14, 60)]),
            addresses: known(features.address ?? 0, [habit(HOME.address, 14, 60)]),
            devices: [habit(BASE_FACTS.features.device ?? 0, 1 + random() * 20, 60)],
          })(facts);
        },
      )(BASE_FACTS);
      expect(sum(strangeDevice(own))).toBeGreaterThanOrEqual(sum(own, BASE_EVENT));
      // A cookie in another browser hints at a copied one, and is judged apart.
      const strange = strangeDevice(chance(0.5) ? anotherBrowser(own) : own);
      const { profile } = strange;
      if (!profile.known || profile.value === null) throw new Error('the fixture has a profile');
      const { habits } = profile.value;
      const forgotten = withHabits({
        countries: unmarked(habits.countries),
        ases: unmarked(habits.ases),
        networks: unmarked(habits.networks),
        addresses: unmarked(habits.addresses),
      })(strange);
      expect(sum(strange)).toBeLessThanOrEqual(sum(forgotten));
    }
  });
});

describe('the user’s own client abroad', () => {
  const abroad = all(inLisbon, strangeDevice)(BASE_FACTS);
  const shown = (successes: number) => withPopulation({ clients: { successes, failures: 0, verdicts: 0 } });

  it('says less of a new country the rarer the client is here, and nothing where everybody has it', () => {
    const rare = ownClientNats(event, shown(5)(abroad));
    const popular = ownClientNats(event, shown(2_400)(abroad));
    expect(rare).toBeGreaterThan(1.3);
    expect(rare).toBeLessThanOrEqual(Math.log(4));
    expect(popular).toBeLessThan(0.25);
    expect(ownClientNats(event, shown(6_000)(abroad))).toBe(0);
    expect(rawOf('location.new_country', shown(5)(abroad))).toBeLessThan(
      rawOf('location.new_country', shown(2_400)(abroad)) - 0.4,
    );
  });

  it('takes no more from the country than the user’s own device does', () => {
    const own = rawOf('location.new_country', shown(5)(inLisbon(BASE_FACTS)), BASE_EVENT);
    expect(rawOf('location.new_country', shown(5)(abroad))).toBe(own);
  });

  it('is never worse than another version of it, whatever comes from the operator', () => {
    const version = withFeatures({ client: STRANGE.client });
    for (const failures of [0, 300, 900]) {
      const facts = all(
        withPopulation({ ases: { successes: 900, failures, verdicts: 0 } }),
        shown(5),
      )(abroad);
      expect(sum(facts)).toBeLessThanOrEqual(sum(version(facts)));
    }
  });

  it('says nothing in another version, on an exit, where no device is missed and among too few logins', () => {
    expect(ownClientNats(event, withFeatures({ client: STRANGE.client })(abroad))).toBe(0);
    expect(ownClientNats(event, withFeatures({ client: null })(abroad))).toBe(0);
    for (const exit of [{ hosting: true }, { vpn: true }, { residentialProxy: true }, { tor: true }]) {
      expect(ownClientNats(event, withAddress(exit)(abroad))).toBe(0);
    }
    expect(ownClientNats(event, withHabits({ devices: [] })(abroad))).toBe(0);
    expect(ownClientNats(BASE_EVENT, inLisbon(BASE_FACTS))).toBe(0);
    const once = (key: number): Habit => ({ ...habit(key, 1, 9), lastSeen_h: habit(key, 1, 9).firstSeen_h });
    const forgetful = withHabits({ devices: [1, 2, 3, 4, 5, 6].map(once) })(abroad);
    expect(ownClientNats(event, forgetful)).toBe(0);
    expect(ownClientNats(event, withPopulation({ logins: 99 })(abroad))).toBe(0);
    expect(ownClientNats(event, { ...abroad, population: { known: false, why: 'timeout' } })).toBe(0);
    expect(ownClientNats(event, newcomer(abroad))).toBe(0);
  });

  it('a provisional client gains nothing: a missed attacker’s must not', () => {
    const client = BASE_FACTS.features.client ?? 0;
    const taught = withHabits({ clients: [habit(STRANGE.client, 9, 60), habit(client, 1, 1, true)] })(abroad);
    expect(ownClientNats(event, taught)).toBe(0);
  });

  it('however rare it is, going abroad with it says no less than another provider in the user’s town', () => {
    const login = withContext({ rtt_ms: null })(event);
    for (const successes of [0, 5, 400, 6_000]) {
      const at = (where: (facts: Facts) => Facts) =>
        sum(all(where, strangeDevice, shown(successes))(BASE_FACTS), login);
      expect(at(inLisbon)).toBeGreaterThanOrEqual(at(nextDoor));
    }
  });
});
