import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { burstOf, failures, noDevice, withoutDevice, withVelocity } from './examples.ts';
import { isHabitualAddress } from './support/address.ts';
import { isOwnDevice } from './support/device.ts';
import { type Failures, failureNats } from './support/failures.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.user_failures'];

export const velocityUserFailures: Signal = {
  id: 'velocity.user_failures',
  category: 'velocity',
  title: 'Failures for this user',
  description:
    'Failed attempts for this user in 10 minutes, an hour and a day, from anywhere. A login right after a long row ' +
    'of failures is a guessed password, even from the usual address. One to three typing errors are nobody’s ' +
    'concern. On the user’s own device, failures made elsewhere hardly count: strangers must not be able to lock ' +
    'the owner out.',
  needs: ['velocity.user', 'velocity.userByOthers', 'deviceIsTheirs', 'profile', 'sharing'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const { user, userByOthers } = facts.velocity.value;
    if (user === null) return abstain('not_collected');
    // Before any allowance for others: mostly zero, and then nothing more need be looked up.
    if (failureNats(user, W) === 0) return neutral();
    const believed = isOwnDevice(event, facts)
      ? W.others_on_own_device
      : isHabitualAddress(facts, event.occurredAt_ms)
        ? W.others_at_habitual_address
        : 1;
    let counts: Failures = user;
    if (userByOthers !== null && believed < 1) {
      const left_out = 1 - believed;
      counts = {
        failures_10m: user.failures_10m - left_out * userByOthers.failures_10m,
        failures_1h: user.failures_1h - left_out * userByOthers.failures_1h,
        failures_24h: user.failures_24h - left_out * userByOthers.failures_24h,
      };
    }
    const nats = failureNats(counts, W);
    if (nats === 0) return neutral();
    return evidence(nats, {
      failures_10m: user.failures_10m,
      failures_1h: user.failures_1h,
      failures_24h: user.failures_24h,
      by_others_24h: userByOthers?.failures_24h ?? null,
    });
  },
  explain(details) {
    const m10 = num(details, 'failures_10m');
    const h1 = num(details, 'failures_1h');
    const h24 = num(details, 'failures_24h');
    const [n, window] =
      m10 > 3 ? [m10, '10 minutes'] : h1 > 6 ? [h1, 'the last hour'] : [h24, 'the last day'];
    return `${count(n, 'failed attempt', 'failed attempts')} for this user within ${window}`;
  },
  examples: {
    positive: [
      {
        name: 'A login a second after 147 failures from the same, usual address, no device collected',
        event: withoutDevice,
        facts: (base) => withVelocity({ user: burstOf(147), address: burstOf(147) })(noDevice(base)),
      },
      {
        name: 'Slow guessing: 60 failures over a day',
        event: withoutDevice,
        facts: (base) =>
          withVelocity({ user: failures({ failures_1h: 3, failures_24h: 60 }) })(noDevice(base)),
      },
    ],
    negative: [
      { name: 'Two typing errors', facts: withVelocity({ user: burstOf(2) }) },
      {
        name: 'The own device while strangers fail 20 times from elsewhere',
        facts: withVelocity({
          user: burstOf(20),
          userByOthers: { failures_10m: 20, failures_1h: 20, failures_24h: 20 },
        }),
      },
    ],
    abstaining: [
      {
        name: 'The counters did not arrive in time',
        facts: (base) => ({ ...base, velocity: unknown('timeout') }),
      },
      {
        name: 'The event names nobody',
        facts: withVelocity({ user: null, userByOthers: null }),
      },
    ],
  },
};
