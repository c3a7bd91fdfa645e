import { describe, expect, test } from 'vitest';
import { missingState } from '../../src/core/degraded.ts';
import { createDecide } from '../../src/core/engine.ts';
import type { LoginEvent } from '../../src/core/event.ts';
import type { Facts } from '../../src/core/facts.ts';
import { type Known, unknown } from '../../src/core/known.ts';
import type { Policy } from '../../src/core/policy.ts';
import { abstain, type Category, evidence, type Signal } from '../../src/core/signal.ts';
import { caps, facts, login, policy, seeded, signal, strangersFacts } from './fixtures.ts';

const timeout = unknown('timeout');
const gone = unknown('unavailable');
const tooLate = abstain('timeout');

describe('what counts as degraded', () => {
  test('late or lost state does; facts that were never to be had do not', () => {
    expect(missingState(facts())).toBeNull();
    expect(
      missingState(facts({ profile: unknown('not_verified'), deviceIsTheirs: unknown('not_collected') })),
    ).toBeNull();
    const address = { ...facts().address, place: gone, as: gone };
    expect(missingState(facts({ address, client: gone, serverPlace: gone }))).toBeNull();
  });
  test('the missing facts are named, with the worse of the causes', () => {
    expect(missingState(facts({ profile: timeout, deviceIsTheirs: timeout }))).toEqual({
      facts: ['profile'],
      cause: 'timeout',
    });
    expect(missingState(facts({ velocity: timeout, sharing: gone, application: timeout }))).toEqual({
      facts: ['velocity', 'sharing', 'application'],
      cause: 'unavailable',
    });
    expect(missingState(facts({ profile: unknown('not_verified'), deviceIsTheirs: gone }))?.facts).toEqual([
      'profile',
    ]);
  });
});

/** A signal that says `nats` if the fact is there, else that it cannot judge. */
function reading(
  id: Signal['id'],
  fact: 'profile' | 'velocity' | 'sharing',
  nats: number,
  dependsOnOthers = false,
) {
  return signal(id, null, {
    needs: [`${fact}.anything`],
    dependsOnOthers,
    judge: (_, { [fact]: value }) => (value.known ? evidence(nats) : abstain('timeout')),
  });
}

const run = (
  signals: readonly Signal[],
  at: Facts,
  {
    event = login(),
    limits = caps(2, 2),
    by = policy(),
  }: { event?: LoginEvent; limits?: ReturnType<typeof caps>; by?: Policy } = {},
) => createDecide(signals, limits)(event, at, by, { source: 'risk' });

describe('robust means that the missing facts could not have changed the action', () => {
  const velocityGone = facts({ velocity: timeout });

  test('a category that cannot carry the score over a threshold leaves the decision robust', () => {
    const verdict = run([reading('velocity.user', 'velocity', 1)], velocityGone);
    expect(verdict).toMatchObject({
      action: 'allow',
      learning: 'provisional',
      degraded: { missing: ['velocity'], cause: 'timeout', fallback: 'allow', robust: true },
    });
  });
  test('one that could, does not', () => {
    const verdict = run([reading('velocity.user', 'velocity', 1)], velocityGone, { limits: caps(4, 4) });
    expect(verdict.degraded?.robust).toBe(false);
    expect(verdict.learning).toBe('none');
  });
  test('trust that could have made it an allow counts as well', () => {
    const signals = [signal('location.new', 3.5), reading('device.known', 'profile', -1)];
    const verdict = run(signals, strangersFacts({ profile: gone, deviceIsTheirs: gone }), {
      limits: caps(4, 4),
    });
    expect(verdict).toMatchObject({
      action: 'challenge',
      degraded: { robust: false, fallback: 'challenge' },
    });
  });
  test('a sensitive act that the fallback challenges is robust only if the rest would have challenged it too', () => {
    const event = login({ type: 'mfa_enrollment' });
    expect(run([], velocityGone, { event }).degraded).toMatchObject({ fallback: 'challenge', robust: false });
    const stranger = strangersFacts({ velocity: timeout });
    expect(run([], stranger, { event }).degraded).toMatchObject({ fallback: 'challenge', robust: true });
  });
  test('a block that a known device would have prevented is not robust', () => {
    const extreme = [signal('location.far', 8), signal('network.tor', 8)];
    const limits = caps(8, 8);
    expect(run(extreme, facts(), { limits }).action).toBe('challenge');
    const verdict = run(extreme, facts({ profile: gone, deviceIsTheirs: gone }), { limits });
    expect(verdict).toMatchObject({ action: 'block', degraded: { robust: false } });
    expect(run(extreme, strangersFacts({ velocity: gone }), { limits }).degraded?.robust).toBe(true);
  });
  test('a list answers whatever the facts are', () => {
    const verdict = createDecide([reading('velocity.user', 'velocity', 1)], caps())(
      login(),
      velocityGone,
      policy(),
      {
        source: 'risk',
        lists: [{ list: 'block', on: 'ip' }],
      },
    );
    expect(verdict).toMatchObject({ action: 'block', degraded: { robust: true } });
  });
  test('the fallback for sensitive acts is the policy’s', () => {
    const event = login({ type: 'credential_change' });
    const at = (degradedSensitive: Policy['degradedSensitive']) =>
      run([], velocityGone, { event, by: policy({ degradedSensitive }) });
    expect(at('block')).toMatchObject({ action: 'block', rule: 'degraded_sensitive' });
    expect(at('challenge')).toMatchObject({ action: 'challenge', rule: 'degraded_sensitive' });
    expect(at('allow').action).toBe('allow');
  });

  test('whenever a decision calls itself robust, every value of the missing facts gives the same action', () => {
    const random = seeded(43);
    const pick = <T>(values: readonly [T, ...T[]]): T =>
      values[Math.floor(random() * values.length)] ?? values[0];
    const kinds = ['profile', 'velocity', 'sharing'] as const;
    let robust = 0;
    for (let i = 0; i < 1500; i++) {
      const lost = kinds.filter(() => random() < 0.5);
      const sketches = Array.from({ length: 8 }, (_, j) => ({
        id: `${pick<Category>(['device', 'location', 'velocity', 'network'])}.s${j}` as const,
        fact: pick([null, ...kinds]),
        nats: (random() - 0.4) * 6,
        dependsOnOthers: random() < 0.3,
      }));
      /** The signals as they judge when a lost fact makes them say `lostSays`. */
      const registry = (lostSays: () => ReturnType<typeof evidence> | typeof tooLate): readonly Signal[] =>
        sketches.map(({ id, fact, nats, dependsOnOthers }) => {
          const isLost = lost.some((name) => name === fact);
          return signal(id, isLost ? lostSays() : nats, {
            needs: fact === null ? [] : [fact],
            dependsOnOthers,
          });
        });
      const whole = random() < 0.5 ? facts() : strangersFacts();
      const late = <T>(name: (typeof kinds)[number], fact: Known<T>): Known<T> =>
        lost.includes(name) ? timeout : fact;
      const part: Facts = {
        ...whole,
        profile: late('profile', whole.profile),
        deviceIsTheirs: late('profile', whole.deviceIsTheirs),
        velocity: late('velocity', whole.velocity),
        sharing: late('sharing', whole.sharing),
      };
      const event = login({
        type: pick(['login', 'login', 'mfa_enrollment']),
        user: { challengeMethods: pick<readonly string[] | null>([null, [], ['sms'], ['totp']]) },
      });
      const setting = {
        event,
        limits: caps(random() * 4, random() * 4),
        by: policy({ priorLogOdds: -6 * random() }),
      };
      const before = run(
        registry(() => tooLate),
        part,
        setting,
      );
      if (before.degraded?.robust !== true) continue;
      robust++;
      for (let k = 0; k < 20; k++) {
        const arrived = lost.includes('profile') ? pick([facts(), strangersFacts()]) : whole;
        const after = run(
          registry(() => evidence((random() - 0.5) * 20)),
          arrived,
          setting,
        );
        expect(after.action).toBe(before.action);
      }
    }
    expect(robust).toBeGreaterThan(100);
  });
});
