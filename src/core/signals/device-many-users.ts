import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { noDevice, strangeDevice, withoutDevice, withSharing } from './examples.ts';
import { isOwnDevice } from './support/device.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['device.many_users'];

export const deviceManyUsers: Signal = {
  id: 'device.many_users',
  category: 'device',
  title: 'One device, many users',
  description:
    'The same device id was presented for many users within a day. A stuffing tool that keeps its cookies does ' +
    'this. Users who were *accepted* on the device explain themselves (a kiosk, a classroom, a constant id) and ' +
    'leave no more than a hint.',
  needs: ['device', 'sharing.deviceUsers', 'sharing.deviceUsersSeen_24h', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (event.device === null || event.device.key === null) return abstain('not_collected');
    if (!facts.sharing.known) return abstain(facts.sharing.why);
    const { deviceUsers: accepted, deviceUsersSeen_24h: seen } = facts.sharing.value;
    const unexplained = Math.max(0, seen - accepted - W.free_users);
    const shared = Math.max(0, accepted - W.free_users);
    const nats =
      Math.min(W.max, W.per_e_fold * Math.log1p(unexplained / W.free_users)) +
      Math.min(W.accepted_max, W.accepted_per_e_fold * Math.log1p(shared / W.free_users));
    if (nats === 0) return neutral();
    return evidence(nats * (isOwnDevice(event, facts) ? W.own_device_share : 1), { seen, accepted });
  },
  explain(details) {
    const seen = num(details, 'seen');
    const accepted = count(num(details, 'accepted'), 'user', 'users');
    return seen > num(details, 'accepted')
      ? `The device was presented for ${grouped24(seen)}, of whom ${accepted} ever got in on it`
      : `${accepted} log in on this device`;
  },
  examples: {
    positive: [
      {
        name: 'A device that tried 40 users today',
        facts: (base) => withSharing({ deviceUsers: 0, deviceUsersSeen_24h: 40 })(strangeDevice(base)),
      },
      {
        name: 'A counter with ten clerks, one of them a stranger to it',
        facts: (base) => withSharing({ deviceUsers: 10, deviceUsersSeen_24h: 10 })(strangeDevice(base)),
      },
    ],
    negative: [
      { name: 'The own laptop' },
      { name: 'A family computer', facts: withSharing({ deviceUsers: 3, deviceUsersSeen_24h: 3 }) },
    ],
    abstaining: [{ name: 'No device collected', event: withoutDevice, facts: noDevice }],
  },
};

const grouped24 = (seen: number): string => `${count(seen, 'user', 'users')} within a day`;
