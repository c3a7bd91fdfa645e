import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { burstOf, noDevice, strangeDevice, withoutDevice, withSharing, withVelocity } from './examples.ts';
import { sharingWeight } from './support/address.ts';
import { isOwnDevice } from './support/device.ts';
import { failedUserNats } from './support/failures.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.device_users'];

export const velocityDeviceUsers: Signal = {
  id: 'velocity.device_users',
  category: 'velocity',
  title: 'Many users fail on this device',
  description:
    'Distinct users (or typed names) that failed with this device id: stuffing with one browser. A family computer ' +
    'sees two; a kiosk’s accepted users explain as many.',
  needs: ['velocity.device', 'sharing.deviceUsers', 'sharing.deviceUsersSeen_24h', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const counts = facts.velocity.value.device;
    if (counts === null) return abstain('not_collected');
    const users = facts.sharing.known ? facts.sharing.value.deviceUsers : 0;
    const nats = failedUserNats(counts, W, W.free_per_user * Math.max(0, users - 1));
    if (nats === 0) return neutral();
    const share = sharingWeight(users) * (isOwnDevice(event, facts) ? W.own_device_share : 1);
    return evidence(nats * share, {
      failed_users_1h: counts.failedUsers_1h,
      failed_users_24h: counts.failedUsers_24h,
      accepted_users: users,
    });
  },
  explain: (details) =>
    `${count(num(details, 'failed_users_24h'), 'user', 'users')} failed on this device within a day`,
  examples: {
    positive: [
      {
        name: 'A browser that tried 12 users',
        facts: (base) => withVelocity({ device: burstOf(12, 12) })(strangeDevice(base)),
      },
    ],
    negative: [
      { name: 'The own laptop after a typing error', facts: withVelocity({ device: burstOf(1) }) },
      {
        name: 'A classroom computer of 15 with five who mistyped',
        facts: (base) =>
          withSharing({ deviceUsers: 15 })(withVelocity({ device: burstOf(6, 5) })(strangeDevice(base))),
      },
    ],
    abstaining: [{ name: 'No device collected', event: withoutDevice, facts: noDevice }],
  },
};
