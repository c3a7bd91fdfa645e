import { familiarity } from '../familiarity.ts';
import { known } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  noDevice,
  profileHidden,
  strangeDevice,
  unverified,
  withDevice,
  withoutDevice,
  withSharing,
} from './examples.ts';
import { deviceTrustShare, deviceUsers, MAX_TRUSTED_USERS } from './support/device.ts';
import { hours, num } from './support/words.ts';

const W = WEIGHTS['device.known'];

export const deviceKnown: Signal = {
  id: 'device.known',
  category: 'device',
  title: 'Known device',
  description:
    'The presented device is one of this user’s established ones. The strongest sign of the rightful person, but a ' +
    'cookie can be copied by malware or a phishing proxy: it counts up to −2.5, and up to −4 only with proof of a ' +
    'hardware-bound key. A user who has such a key and does not show it gets hardly any trust. Ids of more than ' +
    '20 users (kiosks, constants, leaked values) carry none, and a device learned from unconfirmed logins little.',
  needs: ['device', 'deviceIsTheirs', 'profile', 'sharing', 'features.device'],
  dependsOnOthers: false,
  judge(event, facts) {
    const device = event.device;
    if (device === null || device.key === null) return abstain('not_collected');
    if (!facts.sharing.known) return abstain(facts.sharing.why);
    const users = deviceUsers(facts);
    const share = deviceTrustShare(users);
    if (device.presented === false) return neutral({ presented: false });
    if (!facts.profile.known) {
      if (!facts.deviceIsTheirs.known) return abstain(facts.deviceIsTheirs.why);
      if (!facts.deviceIsTheirs.value || share === 0) return neutral();
      return evidence(-W.unverified * share, { age_h: null, bound: false });
    }
    const profile = facts.profile.value;
    if (profile === null) return neutral();
    const {
      seen,
      weight,
      age_h,
      bound: hasKey,
    } = familiarity(profile, 'devices', facts.features.device, event.occurredAt_ms);
    if (seen === 'never') return neutral();
    if (share === 0) return neutral({ device_users: users });
    if (seen === 'provisional') {
      return evidence(-W.provisional * Math.min(1, weight) * share, { age_h, bound: false });
    }
    let trust = Math.min(W.max, Math.max(W.least, W.base + W.per_e_fold * Math.log(weight)));
    const bound = device.bound === true;
    if (bound) trust = Math.min(W.max_bound, trust + W.bound_bonus);
    else if (hasKey || profile.boundDevice) trust = Math.min(W.max_unbound, trust);
    return evidence(-trust * share, { age_h, bound });
  },
  explain(details) {
    const bound = details.bound === true ? ', proved by its hardware-bound key' : '';
    return details.age_h === null
      ? 'One of the user’s own devices'
      : `Known device of this user, first seen ${hours(num(details, 'age_h'))} ago${bound}`;
  },
  examples: {
    positive: [
      { name: 'The own laptop, known for 60 days' },
      { name: 'The same with proof of its hardware-bound key', event: withDevice({ bound: true }) },
      { name: 'The own laptop before the password is checked', event: unverified, facts: profileHidden },
    ],
    negative: [
      { name: 'A device that this user never had', facts: strangeDevice },
      {
        name: `An id that more than ${MAX_TRUSTED_USERS} users present`,
        facts: withSharing({ deviceUsers: 45, deviceUsersSeen_24h: 30 }),
      },
      {
        name: 'The id was issued just now, so nothing was presented',
        event: withDevice({ presented: false }),
      },
      {
        name: 'An unverified attempt with a device that is not the user’s',
        event: unverified,
        facts: (base) => ({ ...profileHidden(base), deviceIsTheirs: known(false) }),
      },
      {
        name: 'A user without a profile',
        facts: (base) => ({ ...base, profile: known(null), deviceIsTheirs: known(false) }),
      },
    ],
    abstaining: [{ name: 'No device collected', event: withoutDevice, facts: noDevice }],
  },
};
