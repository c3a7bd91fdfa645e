import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { BASE_FACTS, habit, newcomer, withDevice, withHabits, withProfile } from './examples.ts';

const W = WEIGHTS['device.unbound'];

export const deviceUnbound: Signal = {
  id: 'device.unbound',
  category: 'device',
  title: 'Bound key not shown',
  description:
    'This device, or another of the user’s, has proved a hardware-bound key before, and this login does not. Malware ' +
    'and phishing proxies can take a cookie but not the key: the cookie of a device that has one, without it, is a ' +
    'copy until proved otherwise. Beside another device it says little: people also have an older, unbound browser.',
  needs: ['device.bound', 'device', 'features.device', 'profile'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    if (profile === null) return abstain('no_history');
    if (event.device?.bound === true) return neutral();
    const { device } = facts.features;
    if (
      device !== null &&
      event.device?.presented !== false &&
      familiarity(profile, 'devices', device, event.occurredAt_ms).bound
    ) {
      return evidence(W.same_device, { same_device: true });
    }
    return profile.boundDevice ? evidence(W.other_device, { same_device: false }) : neutral();
  },
  explain: (details) =>
    details.same_device === true
      ? 'This device has a hardware-bound key, and did not show it this time: the cookie may be a copy'
      : 'The user has a hardware-bound device, and its key was not shown this time',
  examples: {
    positive: [
      {
        name: 'The known cookie without its key',
        event: withDevice({ bound: false }),
        facts: withHabits({
          devices: [{ ...habit(BASE_FACTS.features.device ?? 0, 22, 60), bound: true }],
        }),
      },
      {
        name: 'Another device than the bound one',
        event: withDevice({ bound: false }),
        facts: withProfile({ boundDevice: true }),
      },
    ],
    negative: [
      { name: 'A user who never had a bound device' },
      {
        name: 'The key was shown',
        event: withDevice({ bound: true }),
        facts: withProfile({ boundDevice: true }),
      },
    ],
    abstaining: [{ name: 'A first login', facts: newcomer }],
  },
};
