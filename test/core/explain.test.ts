import { describe, expect, test } from 'vitest';
import { createDecide } from '../../src/core/engine.ts';
import { counterfactuals } from '../../src/core/explain.ts';
import type { ListMatch, Policy } from '../../src/core/policy.ts';
import type { Signal } from '../../src/core/signal.ts';
import { caps, facts, login, policy, randomSignals, seeded, signal, strangersFacts } from './fixtures.ts';

const run = (
  signals: readonly Signal[],
  {
    event = login(),
    at = strangersFacts(),
    by = policy(),
    lists = [] as readonly ListMatch[],
    limits = caps(),
  } = {},
) => createDecide(signals, limits)(event, at, by, { source: 'risk', lists });
const codes = (verdict: ReturnType<typeof run>) => verdict.reasons.map(({ code }) => code);

describe('reasons', () => {
  test('name what raised the score, the largest share first, at most five, none below a tenth of a nat', () => {
    const signals = [0.05, 0.5, 2, 0.3, 1, 0.2, 0.7].map((nats, i) => signal(`location.s${i}`, nats));
    expect(codes(run(signals))).toEqual([
      'location.s2',
      'location.s4',
      'location.s6',
      'location.s1',
      'location.s3',
    ]);
  });
  test('carry the signal’s own words with its numbers', () => {
    expect(run([signal('location.far', 4)]).reasons).toEqual([
      { code: 'location.far', message: 'location.far said 4' },
    ]);
  });
  test('put a leaked credential before the evidence, and what followed from it after', () => {
    const event = login({ user: { challengeMethods: [] }, authentication: { credentialCompromised: true } });
    expect(codes(run([signal('location.far', 4)], { event }))).toEqual([
      'policy.credential_compromised',
      'location.far',
      'policy.no_method_block',
    ]);
  });
  test('of a login with nothing against it name what vouches most for it', () => {
    expect(codes(run([signal('device.known', -2.5), signal('location.usual', -1)]))).toEqual([
      'device.known',
    ]);
  });
  test('of a login about which nothing is known say that the risk is low', () => {
    expect(codes(run([]))).toEqual(['policy.low_risk']);
    expect(codes(run([], { by: policy({ priorLogOdds: 0 }) }))).toEqual(['policy.high_risk']);
  });
  test('never name trust for a login that is not let in', () => {
    const verdict = run([signal('device.known', -0.2)], { by: policy({ priorLogOdds: 0 }) });
    expect(codes(verdict)).toEqual(['policy.medium_risk']);
  });
  test('words are made only for what is a reason', () => {
    const silent = [
      signal('device.known', -3),
      signal('location.hint', 0.01),
      signal('network.fine', null),
    ].map(
      (s): Signal => ({
        ...s,
        explain: () => {
          throw new Error(`${s.id} is no reason`);
        },
      }),
    );
    expect(() => run([...silent, signal('location.far', 3)])).not.toThrow();
  });
});

describe('what would have been needed for allow', () => {
  const explain = (signals: readonly Signal[], by: Policy = policy(), limits = caps()) =>
    counterfactuals(run(signals, { by, limits }), by, limits);

  test('each signal is taken away alone, with the score that would have been left', () => {
    const result = explain([
      signal('location.far', 3),
      signal('device.new', 1),
      signal('network.usual', -0.5),
    ]);
    expect(result.without).toEqual([
      { id: 'location.far', logOdds: -4.8, score: expect.closeTo(0.00816, 5), level: 'low', allowed: true },
      { id: 'device.new', logOdds: -2.8, score: expect.closeTo(0.05732, 5), level: 'medium', allowed: false },
    ]);
    expect(result.together).toEqual(['location.far']);
    expect(result.excess_nats).toBeCloseTo(-1.8 - Math.log(0.05 / 0.95), 9);
  });
  test('under a cap the others fill the room of the one that is taken away', () => {
    const signals = [signal('location.a', 4), signal('location.b', 4)];
    const result = explain(signals, policy(), caps(4, 4));
    expect(result.without.map(({ logOdds, allowed }) => [logOdds, allowed])).toEqual([
      [-1.3, false],
      [-1.3, false],
    ]);
    expect(result.together).toEqual(['location.a', 'location.b']);
  });
  test('an allowed login needed nothing', () => {
    expect(explain([signal('location.far', 1)])).toMatchObject({ together: [], excess_nats: 0, fixed: [] });
  });
  test('a rule that holds whatever the score is named, and no evidence lifts it', () => {
    const event = login({ authentication: { credentialCompromised: true } });
    const verdict = run([signal('location.far', 3)], { event });
    expect(counterfactuals(verdict, policy(), caps())).toMatchObject({
      fixed: ['policy.credential_compromised'],
      without: [{ id: 'location.far', allowed: false }],
      together: null,
    });
    const blocked = run([], { lists: [{ list: 'block', on: 'ip' }] });
    expect(counterfactuals(blocked, policy(), caps())).toMatchObject({
      fixed: ['policy.block_list'],
      together: null,
    });
  });
  test('a prior alone above the threshold leaves nothing to take away', () => {
    const by = policy({ priorLogOdds: 0 });
    expect(explain([signal('location.far', 1)], by).together).toBeNull();
  });
  test('it agrees with deciding again without the signal, over random registries', () => {
    const random = seeded(47);
    for (let i = 0; i < 400; i++) {
      const signals = randomSignals(random, 12);
      const limits = caps(random() * 4, random() * 4);
      const by = policy({ priorLogOdds: -6 * random() });
      const at = facts();
      const verdict = run(signals, { by, limits, at });
      for (const { id, logOdds, allowed, level } of counterfactuals(verdict, by, limits).without) {
        const again = run(
          signals.filter((s) => s.id !== id),
          { by, limits, at },
        );
        expect([logOdds, level, allowed]).toEqual([again.logOdds, again.level, again.action === 'allow']);
      }
    }
  });
});
