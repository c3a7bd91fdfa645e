import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { profileHidden, STRANGE, strangeDevice, unverified, withClient, withFeatures } from './examples.ts';
import { judgeChange } from './support/client-change.ts';
import { count, familyName, num } from './support/words.ts';

const W = WEIGHTS['device.changed_browser'];

export const deviceChangedBrowser: Signal = {
  id: 'device.changed_browser',
  category: 'device',
  title: 'New browser family',
  description:
    'A browser family that this user was never established with; new versions of a known one are no news. Weaker ' +
    'than a new system, because people try browsers. On the user’s own device it says more: cookies do not wander ' +
    'between browsers.',
  needs: ['client.browserFamily', 'features.browser', 'profile', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const family = facts.client.known ? facts.client.value.browserFamily : null;
    return judgeChange(event, facts, 'browsers', facts.features.browser, family, W);
  },
  explain(details) {
    const browser = familyName(details, 'family', 'an unrecognised browser');
    const known = count(num(details, 'known_families'), 'other browser', 'other browsers');
    return details.own_device === true
      ? `The user’s own device now claims to be ${browser}`
      : `First login with ${browser}; the user is known with ${known}`;
  },
  examples: {
    positive: [
      {
        name: 'A new device with Firefox, for a user of Chrome and Safari',
        facts: (base) =>
          withClient({ browserFamily: 'firefox' })(
            withFeatures({ browser: STRANGE.browser })(strangeDevice(base)),
          ),
      },
    ],
    negative: [
      { name: 'Chrome, as ever' },
      {
        name: 'Chrome after an update',
        facts: (base) => withClient({ browserMajor: 145 })(withFeatures({ client: STRANGE.client })(base)),
      },
    ],
    abstaining: [{ name: 'The password is not checked yet', event: unverified, facts: profileHidden }],
  },
};
