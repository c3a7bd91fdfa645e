import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, behindProxy, nextDoor, privateAddress, withPopulation } from './examples.ts';
import { addressSilence, operatorStrangeness } from './support/address.ts';
import { num, percent, text } from './support/words.ts';

const W = WEIGHTS['network.rare_operator'];

export const networkRareOperator: Signal = {
  id: 'network.rare_operator',
  category: 'network',
  title: 'Operator that hardly anybody uses',
  description:
    'Of the people who are accepted from this country hardly anybody uses this operator: not one of the providers ' +
    'that serve homes and phones, but a data centre, a company, or a proxy. Learned from the tenant’s own accepted ' +
    'logins, so it knows what no list does. Silent for users who are established with it, and for relays.',
  needs: ['population.ases', 'population.countries', 'address.as', 'profile', 'features.as', 'sharing'],
  dependsOnOthers: true,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.address.as.known) return abstain(facts.address.as.why);
    if (!facts.population.known) return abstain(facts.population.why);
    const { ases, countries } = facts.population.value;
    if (countries.successes < W.min_logins) return abstain('no_history');
    const share = (ases.successes + 0.5) / (countries.successes + 1);
    if (share >= W.below_share || facts.address.relay) return neutral();
    const strangeness = operatorStrangeness(facts, event.occurredAt_ms);
    if (strangeness === 0) return neutral({ habitual: true });
    return evidence(Math.min(W.max, Math.log(W.below_share / share)) * strangeness, {
      as_name: facts.address.as.value.name,
      share: Math.min(1, ases.successes / countries.successes),
    });
  },
  explain: (details) =>
    `${text(details, 'as_name', 'This operator')} carries ${percent(num(details, 'share'))} of the accepted logins from its country`,
  examples: {
    positive: [
      {
        name: 'Through an operator that nobody else uses',
        facts: all(nextDoor, withPopulation({ ases: { successes: 0, failures: 0, verdicts: 0 } })),
      },
    ],
    negative: [
      { name: 'From home' },
      {
        name: 'Through another large provider',
        facts: all(nextDoor, withPopulation({ ases: { successes: 800, failures: 90, verdicts: 0 } })),
      },
    ],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
      {
        name: 'Hardly anybody comes from this country',
        facts: all(nextDoor, withPopulation({ countries: { successes: 3, failures: 0, verdicts: 0 } })),
      },
      {
        name: 'The population did not arrive in time',
        facts: (base) => ({ ...base, population: unknown('timeout') }),
      },
    ],
  },
};
