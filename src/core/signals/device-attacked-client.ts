import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, noClient, STRANGE, strangeDevice, withFeatures, withPopulation } from './examples.ts';
import { attackedNats } from './support/attacked.ts';
import { isOwnDevice } from './support/device.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['device.attacked_client'];

export const deviceAttackedClient: Signal = {
  id: 'device.attacked_client',
  category: 'device',
  title: 'Client that attacks come with',
  description:
    'This very browser version on this system fails more than the people who use it explain: attack tools wear one ' +
    'or a few user agents. Learned without labels from failures against accepted logins, and from analysts’ ' +
    'verdicts. Silent on the user’s own device.',
  needs: ['population.clients', 'client', 'features.client', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.client.known) return abstain(facts.client.why);
    if (!facts.population.known) return abstain(facts.population.why);
    const { clients } = facts.population.value;
    const nats = attackedNats(clients, facts.population.value, W.max);
    if (nats === 0 || isOwnDevice(event, facts)) return neutral();
    return evidence(nats, {
      failures: Math.round(clients.failures),
      successes: Math.round(clients.successes),
      verdicts: clients.verdicts,
    });
  },
  explain: (details) =>
    `With this client ${count(num(details, 'failures'), 'user', 'users')} failed and ` +
    `${count(num(details, 'successes'), 'login was', 'logins were')} accepted lately` +
    (num(details, 'verdicts') > 0 ? '; analysts judged logins with it compromised' : ''),
  examples: {
    positive: [
      {
        name: 'A user agent with 400 failures that hardly anybody uses',
        facts: all(
          strangeDevice,
          withFeatures({ client: STRANGE.client }),
          withPopulation({ clients: { successes: 1, failures: 400, verdicts: 0 } }),
        ),
      },
    ],
    negative: [
      { name: 'The usual client' },
      {
        name: 'The own device, while a tool wears its user agent',
        facts: withPopulation({ clients: { successes: 1, failures: 400, verdicts: 0 } }),
      },
    ],
    abstaining: [
      { name: 'No user agent came', facts: noClient },
      {
        name: 'The population did not arrive in time',
        facts: (base) => ({ ...base, population: unknown('timeout') }),
      },
    ],
  },
};
