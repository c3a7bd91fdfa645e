import { unknown } from '../known.ts';
import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { noDevice, STRANGE, strangeDevice, withClient, withFeatures, withoutDevice } from './examples.ts';
import { judgeChange } from './support/client-change.ts';
import { count, familyName, num } from './support/words.ts';

const W = WEIGHTS['device.changed_os'];

export const deviceChangedOs: Signal = {
  id: 'device.changed_os',
  category: 'device',
  title: 'New operating system',
  description:
    'An operating system family that this user was never established with. Attackers use their own kit. Honest ' +
    'people change systems with a new device, so it says half beside an unknown device; on the user’s own device, ' +
    'which keeps its system, it says more, because it hints at a copied cookie. (A tablet that asks for desktop ' +
    'pages is the honest exception.)',
  needs: ['client.osFamily', 'features.os', 'profile', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const family = facts.client.known ? facts.client.value.osFamily : null;
    return judgeChange(event, facts, 'oses', facts.features.os, family, W);
  },
  explain(details) {
    const system = familyName(details, 'family', 'an unrecognised system');
    const known = count(num(details, 'known_families'), 'other system', 'other systems');
    return details.own_device === true
      ? `The user’s own device now claims to run ${system}`
      : `First login from ${system}; the user is known with ${known}`;
  },
  examples: {
    positive: [
      {
        name: 'A new device with Linux, for a user of Windows and iOS',
        facts: (base) =>
          withClient({ osFamily: 'linux' })(withFeatures({ os: STRANGE.os })(strangeDevice(base))),
      },
      {
        name: 'The laptop’s cookie comes from Linux all of a sudden',
        facts: (base) => withClient({ osFamily: 'linux' })(withFeatures({ os: STRANGE.os })(base)),
      },
    ],
    negative: [
      { name: 'Windows, as ever' },
      { name: 'Windows without a cookie', event: withoutDevice, facts: noDevice },
    ],
    abstaining: [
      {
        name: 'No user agent collected',
        facts: (base) => withFeatures({ os: null })({ ...base, client: unknown('not_collected') }),
      },
    ],
  },
};
