import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { newcomer, withDevice, withProfile } from './examples.ts';

const W = WEIGHTS['device.unbound'];

export const deviceUnbound: Signal = {
  id: 'device.unbound',
  category: 'device',
  title: 'Bound key not shown',
  description:
    'The user has proved a hardware-bound key before, and this login does not. Meets copied cookies: malware and ' +
    'phishing proxies can take a cookie but not the key. Hits people who also use an older browser that cannot ' +
    'bind, so it weighs little by itself; mostly it takes the trust away from the cookie.',
  needs: ['device.bound', 'profile'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.profile.known) return abstain(facts.profile.why);
    if (facts.profile.value === null) return abstain('no_history');
    return facts.profile.value.boundDevice && event.device?.bound !== true ? evidence(W.nats) : neutral();
  },
  explain: () => 'The user has a hardware-bound device, and its key was not shown this time',
  examples: {
    positive: [
      {
        name: 'The known cookie without its key',
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
