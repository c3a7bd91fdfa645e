import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { nextDoor, noDevice, withoutDevice, withVelocity } from './examples.ts';
import { isHabitualAddress } from './support/address.ts';
import { burst } from './support/burst.ts';
import { isOwnDevice } from './support/device.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.user_networks'];

export const velocityUserNetworks: Signal = {
  id: 'velocity.user_networks',
  category: 'velocity',
  title: 'One user, many networks',
  description:
    'Distinct networks (/24 or /48) from which this user was tried within an hour and a day. Meets guessing through ' +
    'rotating proxies, where every address is used once. Phones change networks too, so three an hour and six a ' +
    'day are free; hardly believed on the own device and less at the habitual address, where it is others’ doing.',
  needs: ['velocity.userNetworks_1h', 'velocity.userNetworks_24h', 'deviceIsTheirs', 'profile', 'sharing'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const { userNetworks_1h, userNetworks_24h } = facts.velocity.value;
    if (userNetworks_1h === null || userNetworks_24h === null) return abstain('not_collected');
    let nats = Math.min(W.max, Math.max(burst(userNetworks_1h, W.h1), burst(userNetworks_24h, W.h24)));
    if (nats === 0) return neutral();
    if (isOwnDevice(event, facts)) nats *= W.own_device_share;
    else if (isHabitualAddress(facts, event.occurredAt_ms)) nats *= W.habitual_share;
    return evidence(nats, { networks_1h: userNetworks_1h, networks_24h: userNetworks_24h });
  },
  explain(details) {
    const hour = num(details, 'networks_1h');
    return hour > W.h1.free
      ? `Tried from ${count(hour, 'network', 'networks')} within the last hour`
      : `Tried from ${count(num(details, 'networks_24h'), 'network', 'networks')} within a day`;
  },
  examples: {
    positive: [
      {
        name: 'Tried from 20 networks within the hour',
        event: withoutDevice,
        facts: (base) =>
          withVelocity({ userNetworks_1h: 20, userNetworks_24h: 20 })(noDevice(nextDoor(base))),
      },
    ],
    negative: [
      { name: 'Home and office' },
      {
        name: 'A phone on the way to work',
        facts: withVelocity({ userNetworks_1h: 3, userNetworks_24h: 5 }),
      },
    ],
    abstaining: [
      {
        name: 'The event names nobody',
        facts: withVelocity({ user: null, userNetworks_1h: null, userNetworks_24h: null }),
      },
    ],
  },
};
