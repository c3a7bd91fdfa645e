import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { failures, noDevice, withoutDevice, withVelocity } from './examples.ts';
import { addressSilence, addressWeight } from './support/address.ts';
import { burst } from './support/burst.ts';
import { isOwnDevice } from './support/device.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.regular_cadence'];

export const velocityRegularCadence: Signal = {
  id: 'velocity.regular_cadence',
  category: 'velocity',
  title: 'Machine-regular failures',
  description:
    'The longest run of failures in the last hour with nearly equal gaps (5 %), for this user, address or device. ' +
    'Programs keep time, people do not. A misconfigured mail client with an old password does the same: it counts ' +
    'at the owner’s address, but hardly on the own device.',
  needs: ['velocity.user', 'velocity.address', 'velocity.device', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const { user, address, device } = facts.velocity.value;
    const ofUser = burst(user?.regularGaps_1h ?? 0, W.run);
    const ofDevice = burst(device?.regularGaps_1h ?? 0, W.run);
    const ofAddress =
      addressSilence(facts) === null ? burst(address.regularGaps_1h, W.run) * addressWeight(facts) : 0;
    const nats = Math.min(W.max, Math.max(ofUser, ofDevice, ofAddress));
    if (nats === 0) return neutral();
    const run = Math.max(
      user?.regularGaps_1h ?? 0,
      device?.regularGaps_1h ?? 0,
      ofAddress > 0 ? address.regularGaps_1h : 0,
    );
    return evidence(isOwnDevice(event, facts) ? nats * W.own_device_share : nats, { run });
  },
  explain: (details) =>
    `${count(num(details, 'run') + 1, 'failure', 'failures')} in a row at machine-regular intervals`,
  examples: {
    positive: [
      {
        name: '30 failures, one every 10 seconds',
        event: withoutDevice,
        facts: (base) =>
          withVelocity({
            user: failures({ failures_10m: 30, failures_1h: 30, failures_24h: 30, regularGaps_1h: 29 }),
          })(noDevice(base)),
      },
    ],
    negative: [
      { name: 'Nobody failed' },
      {
        name: 'Three hasty tries in rhythm',
        facts: withVelocity({ user: failures({ failures_10m: 3, regularGaps_1h: 2 }) }),
      },
    ],
    abstaining: [
      {
        name: 'The counters did not arrive in time',
        facts: (base) => ({ ...base, velocity: unknown('timeout') }),
      },
    ],
  },
};
