import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { burstOf, noDevice, strangeDevice, withoutDevice, withSharing, withVelocity } from './examples.ts';
import { sharingWeight } from './support/address.ts';
import { isOwnDevice } from './support/device.ts';
import { failureNats } from './support/failures.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.device_failures'];

export const velocityDeviceFailures: Signal = {
  id: 'velocity.device_failures',
  category: 'velocity',
  title: 'Failures on this device',
  description:
    'Failed attempts of anybody with this device id. Guessing with one browser behind many addresses. The user’s ' +
    'own device sees its owner’s typing errors, and a shared one those of all its users.',
  needs: ['velocity.device', 'sharing.deviceUsers', 'sharing.deviceUsersSeen_24h', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const counts = facts.velocity.value.device;
    if (counts === null) return abstain('not_collected');
    const users = facts.sharing.known ? facts.sharing.value.deviceUsers : 0;
    const nats = failureNats(counts, W, W.free_per_user * Math.max(0, users - 1));
    if (nats === 0) return neutral();
    const share = sharingWeight(users) * (isOwnDevice(event, facts) ? W.own_device_share : 1);
    return evidence(nats * share, {
      failures_10m: counts.failures_10m,
      failures_1h: counts.failures_1h,
      failures_24h: counts.failures_24h,
      accepted_users: users,
    });
  },
  explain: (details) =>
    `${count(num(details, 'failures_24h'), 'failed attempt', 'failed attempts')} on this device within a day`,
  examples: {
    positive: [
      {
        name: 'A new device that failed 30 times',
        facts: (base) => withVelocity({ device: burstOf(30) })(strangeDevice(base)),
      },
    ],
    negative: [
      { name: 'Three typing errors on the own laptop', facts: withVelocity({ device: burstOf(3) }) },
      {
        name: 'A kiosk of ten on which ten attempts failed',
        facts: (base) =>
          withSharing({ deviceUsers: 10 })(withVelocity({ device: burstOf(10, 6) })(strangeDevice(base))),
      },
    ],
    abstaining: [{ name: 'No device collected', event: withoutDevice, facts: noDevice }],
  },
};
