import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { noDevice, strangeDevice, withDevice, withHabits, withoutDevice, withProfile } from './examples.ts';
import { normallyCarries } from './support/carried.ts';
import { absenceOfKnownDevice } from './support/device.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['device.unknown'];

export const deviceUnknown: Signal = {
  id: 'device.unknown',
  category: 'device',
  title: 'Unknown device',
  description:
    'The user has devices of their own, and none of them is presented: a new device id came, or none at all. ' +
    'Nearly every takeover from elsewhere shows this, and so does every new phone and cleared browser, which is ' +
    'why it never suffices alone. A missing id counts at least as much as a new one, so that leaving the cookie ' +
    'out gains nothing; where the whole application normally sends one, its absence is odd in itself.',
  needs: ['device', 'profile', 'features.device', 'application'],
  dependsOnOthers: false,
  judge(event, facts) {
    const none = event.device === null || event.device.key === null;
    const oddlyAbsent = none && normallyCarries(facts, 'device') ? W.application_none : 0;
    if (!facts.profile.known) {
      return oddlyAbsent > 0 ? evidence(oddlyAbsent, { presented: 'none' }) : abstain(facts.profile.why);
    }
    const profile = facts.profile.value;
    if (profile === null) {
      if (oddlyAbsent > 0) return evidence(oddlyAbsent, { presented: 'none', known_devices: 0 });
      return abstain(none ? 'not_collected' : 'no_history');
    }
    const known_devices = profile.habits.devices.length;
    const absence = absenceOfKnownDevice(profile, event.occurredAt_ms);
    if (none) {
      const nats = absence + oddlyAbsent;
      if (nats > 0) return evidence(nats, { presented: 'none', known_devices });
      return abstain('not_collected');
    }
    if (event.device?.presented === false) {
      return absence > 0 ? evidence(absence, { presented: 'new', known_devices }) : neutral();
    }
    const device = familiarity(profile, 'devices', facts.features.device, event.occurredAt_ms);
    if (device.seen === 'established') return neutral();
    const nats = device.seen === 'provisional' ? absence * Math.max(0, 1 - device.weight) : absence;
    const presented = device.seen === 'provisional' ? 'recent' : 'new';
    return nats > 0 ? evidence(nats, { presented, known_devices }) : neutral({ presented, known_devices });
  },
  explain(details) {
    const known = num(details, 'known_devices');
    const devices = count(known, 'known device', 'known devices');
    if (details.presented === 'none') {
      return known > 0
        ? `No device cookie, though the user has ${devices}`
        : 'No device cookie, though logins here normally carry one';
    }
    return details.presented === 'recent'
      ? `Device seen only recently and not yet confirmed, beside ${devices} of the user`
      : `New device; the user has ${devices}`;
  },
  examples: {
    positive: [
      { name: 'A new cookie for a user with two devices', facts: strangeDevice },
      { name: 'No cookie at all, though this user always has one', event: withoutDevice, facts: noDevice },
      {
        name: 'The server had to issue a new id (`presented: false`)',
        event: withDevice({ key: 'issued-now', presented: false }),
        facts: strangeDevice,
      },
    ],
    negative: [
      { name: 'The own laptop' },
      {
        name: 'A first cookie for a user who never had one',
        facts: (base) =>
          withProfile({
            carries: { device: 0, userAgent: 1, rtt: 0, headers: 1, tlsFingerprint: 0 },
          })(withHabits({ devices: [] })(strangeDevice(base))),
      },
    ],
    abstaining: [
      {
        name: 'The profile did not arrive in time',
        facts: (base) => ({ ...base, profile: { known: false, why: 'timeout' } }),
      },
    ],
  },
};
