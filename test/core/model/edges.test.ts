import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import { DEFAULT_POLICY } from '../../../src/core/default-policy.ts';
import { known } from '../../../src/core/known.ts';
import { type Lesson, learn } from '../../../src/core/learn.ts';
import type { Profile } from '../../../src/core/profile.ts';
import { decodeProfile, encodeProfile, MAX_PROFILE_BYTES } from '../../../src/core/profile-codec.ts';
import { all, BASE_EVENT, BASE_FACTS, behindProxy, inLisbon } from '../../../src/core/signals/examples.ts';
import { seededRandom } from '../../support/random.ts';

const HOUR = 3_600_000;
const NOW_ms = BASE_EVENT.occurredAt_ms;

function lesson(at_ms: number, random: () => number, odd = false): Lesson {
  const some = (values: number): number => (odd ? Math.floor(random() * values) + 1 : 1);
  return {
    learnable: {
      features: {
        ...BASE_FACTS.features,
        address: odd ? some(500) : BASE_FACTS.features.address,
        network: odd ? some(200) : BASE_FACTS.features.network,
        as: odd ? some(60) : BASE_FACTS.features.as,
        device: odd ? some(40) : BASE_FACTS.features.device,
        hour: Math.floor(at_ms / HOUR) % 168,
      },
      placeless: false,
      carries: { device: true, userAgent: true, rtt: true, headers: true, tlsFingerprint: true },
      bound: odd && random() < 0.1,
      rtt_ms: Math.round(20 + 400 * random()),
      population: false,
    },
    vouchedByDevice: !odd || random() < 0.5,
    atGateway: false,
    occurredAt_ms: at_ms,
    decisionId: 'dec_018f4b2e-8c5a-7d11-9a53-3d6f0c2b7e10',
    how: odd && random() < 0.5 ? 'provisional' : 'full',
    country: 'DE',
    latitude: 53.5,
    longitude: 10,
    accuracy_km: 20,
  };
}

const verdictFor = (profile: Profile, facts = BASE_FACTS) =>
  decide(BASE_EVENT, { ...facts, profile: known(profile) }, DEFAULT_POLICY, { source: 'risk' });

describe('a user', () => {
  it('with one login is let in from where that login was, with little confidence', () => {
    const profile = learn(null, lesson(NOW_ms - 24 * HOUR, seededRandom(1)));
    expect(verdictFor(profile)).toMatchObject({ action: 'allow', confidence: 'low' });
  });

  it('with ten thousand logins of every kind keeps a profile of at most 1 KiB that reads back exactly', () => {
    const random = seededRandom(2);
    let profile: Profile | null = null;
    for (let i = 0; i < 10_000; i++) {
      profile = learn(profile, lesson(NOW_ms - (10_000 - i) * 3 * HOUR, random, true));
    }
    if (profile === null) throw new Error('unreachable');
    const bytes = encodeProfile(profile);
    expect(bytes.byteLength).toBeLessThanOrEqual(MAX_PROFILE_BYTES);
    expect(decodeProfile(bytes)).toEqual(profile);
    expect(Number.isFinite(verdictFor(profile).logOdds)).toBe(true);
  });

  it('who logs in every nine hours counts about once a day', () => {
    const random = seededRandom(3);
    let profile: Profile | null = null;
    for (let i = 0; i < 80; i++) profile = learn(profile, lesson(NOW_ms + i * 9 * HOUR, random));
    expect(profile?.logins).toBeGreaterThanOrEqual(20);
    expect(profile?.logins).toBeLessThanOrEqual(31);
  });

  it('poisoned by ten missed logins of an attacker is still who they are, and the attacker vouched for by nothing', () => {
    const random = seededRandom(5);
    let clean: Profile | null = null;
    for (let day = 60; day >= 3; day--) clean = learn(clean, lesson(NOW_ms - day * 24 * HOUR, random));
    const attacker = { ...BASE_FACTS.features, address: 9_001, network: 9_002, as: 9_003, device: 9_004 };
    let poisoned = clean;
    for (let i = 0; i < 10; i++) {
      const { learnable, ...rest } = lesson(NOW_ms - (48 - 4 * i) * HOUR, random);
      poisoned = learn(poisoned, {
        ...rest,
        learnable: { ...learnable, features: attacker },
        how: 'provisional',
      });
    }
    if (clean === null || poisoned === null) throw new Error('unreachable');
    const owner = verdictFor(poisoned);
    expect(owner.action).toBe('allow');
    expect(Math.abs(owner.logOdds - verdictFor(clean).logOdds)).toBeLessThan(0.5);

    const as = (profile: Profile) =>
      verdictFor(profile, { ...BASE_FACTS, features: attacker, deviceIsTheirs: known(false) });
    const trusted = as(poisoned).signals.filter(({ logOdds }) => logOdds < 0);
    for (const { id, logOdds } of trusted) {
      if (/^(device|network)[.]/.test(id)) expect(logOdds).toBeGreaterThanOrEqual(-0.35);
    }
    // Wherever it comes from, the attacker's machine is worth less than the owner's by more than a cookie's trust.
    expect(as(poisoned).logOdds).toBeGreaterThan(owner.logOdds + 2.5);
  });

  it('whose clock jumps to the next century and back is still judged, and not by chance', () => {
    const random = seededRandom(4);
    let profile = learn(null, lesson(NOW_ms - 500 * HOUR, random));
    for (const at_ms of [
      NOW_ms - 400 * HOUR,
      NOW_ms + 876_000 * HOUR,
      NOW_ms - 300 * HOUR,
      NOW_ms - 200 * HOUR,
    ]) {
      profile = learn(profile, lesson(at_ms, random));
    }
    expect(decodeProfile(encodeProfile(profile))).toEqual(profile);
    const verdict = verdictFor(profile);
    expect(Number.isFinite(verdict.logOdds)).toBe(true);
    expect(verdict).toEqual(verdictFor(profile));
  });

  it('behind the one address of everybody is not judged by it: nothing of the network counts', () => {
    const facts = all(inLisbon, behindProxy)(BASE_FACTS);
    const verdict = decide(BASE_EVENT, facts, DEFAULT_POLICY, { source: 'risk' });
    expect(verdict.action).toBe('allow');
    for (const { category, state } of verdict.signals) {
      if (category === 'network' || category === 'location') expect(state).toBe('abstain');
    }
  });
});
