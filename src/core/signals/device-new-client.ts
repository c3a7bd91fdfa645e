import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { newcomer, noClient, profileHidden, STRANGE, strangeDevice, withFeatures } from './examples.ts';
import { isOwnDevice } from './support/device.ts';
import { besideCoarser, novelty } from './support/novelty.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['device.new_client'];

export const deviceNewClient: Signal = {
  id: 'device.new_client',
  category: 'device',
  title: 'New browser version or system version',
  description:
    'The exact browser and system versions are new for this user though the families may not be. Browsers update ' +
    'every few weeks, on the user’s own device without a word; without it, an attacker who knows the browser but ' +
    'not its version looks like this. Weak, and silent where the browser is new: a new browser has no known version.',
  needs: ['features.client', 'features.browser', 'client', 'profile', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.client.known) return abstain(facts.client.why);
    if (!facts.profile.known) return abstain(facts.profile.why);
    if (facts.profile.value === null) return abstain('no_history');
    const { client } = facts.features;
    const familiar = familiarity(facts.profile.value, 'clients', client, event.occurredAt_ms);
    if (familiar.total === 0) return abstain('no_history');
    let nats = novelty(familiar, W);
    if (nats === 0 || isOwnDevice(event, facts)) return neutral();
    const { browser } = facts.features;
    // `device.changed_browser` speaks of a new one.
    if (browser !== null) {
      nats *= besideCoarser(familiarity(facts.profile.value, 'browsers', browser, event.occurredAt_ms));
    }
    if (nats === 0) return neutral();
    return evidence(nats, { known_clients: familiar.distinct });
  },
  explain: (details) =>
    `This version of browser and system is new; the user is known with ${count(num(details, 'known_clients'), 'other', 'others')}`,
  examples: {
    positive: [
      {
        name: 'A new device with another version of the usual browser',
        facts: (base) => withFeatures({ client: STRANGE.client })(strangeDevice(base)),
      },
    ],
    negative: [
      { name: 'The usual version' },
      {
        name: 'Another browser, which is said elsewhere',
        facts: (base) =>
          withFeatures({ client: STRANGE.client, browser: STRANGE.browser })(strangeDevice(base)),
      },
      { name: 'An update on the own device', facts: withFeatures({ client: STRANGE.client }) },
    ],
    abstaining: [
      { name: 'A first login', facts: newcomer },
      { name: 'No user agent came', facts: noClient },
      { name: 'An unverified attempt', facts: profileHidden },
    ],
  },
};
