import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, behindProxy, nextDoor, privateAddress, withPopulation } from './examples.ts';
import { addressSilence, operatorStrangeness } from './support/address.ts';
import { attackedNats } from './support/attacked.ts';
import { isOwnDevice } from './support/device.ts';
import { countryRarityNats } from './support/new-country.ts';
import { shareWhereOwnDeviceWas } from './support/own-device-place.ts';
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['network.attacked_operator'];

export const networkAttackedOperator: Signal = {
  id: 'network.attacked_operator',
  category: 'network',
  title: 'Operator that attacks come from',
  description:
    'The network operator shows more failures than its honest users explain, or analysts judged logins from it ' +
    'compromised. Learned without labels: failures beyond the ratio of the least attacked operators, against the ' +
    'part of the people who use it. Weak on the user’s own device, which those who fail do not have; in a country that ' +
    'is new for the user, where hardly anybody of the others is, only what goes beyond that; less where the user’s own ' +
    'device came through it before, and silent for users who are established with it.',
  needs: [
    'population.ases',
    'address.as',
    'address.place',
    'profile',
    'features.as',
    'features.country',
    'deviceIsTheirs',
    'sharing',
    'features.browser',
    'features.os',
    'features.address',
  ],
  dependsOnOthers: true,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.address.as.known) return abstain(facts.address.as.why);
    if (!facts.population.known) return abstain(facts.population.why);
    const { ases } = facts.population.value;
    const own = isOwnDevice(event, facts);
    const { stuffing, stuffing_on_own_device } = WEIGHTS.attacked;
    const nats = attackedNats(
      ases,
      facts.population.value,
      own ? W.max_on_own_device : W.max,
      own ? stuffing_on_own_device : stuffing,
      countryRarityNats(event, facts),
    );
    if (nats === 0) return neutral();
    const strangeness =
      operatorStrangeness(facts, event.occurredAt_ms) *
      shareWhereOwnDeviceWas(facts, 'ases', facts.features.as, event.occurredAt_ms);
    if (strangeness === 0) return neutral({ habitual: true });
    return evidence(nats * strangeness, {
      as_name: facts.address.as.value.name,
      failures: Math.round(ases.failures),
      successes: Math.round(ases.successes),
      verdicts: ases.verdicts,
    });
  },
  explain: (details) =>
    `${text(details, 'as_name', 'This operator')} saw ${count(num(details, 'failures'), 'failed user', 'failed users')} ` +
    `and ${count(num(details, 'successes'), 'accepted login', 'accepted logins')} lately` +
    (num(details, 'verdicts') > 0 ? '; analysts judged logins from it compromised' : ''),
  examples: {
    positive: [
      {
        name: 'Through a provider with 300 failures and two accepted logins',
        facts: all(nextDoor, withPopulation({ ases: { successes: 2, failures: 300, verdicts: 0 } })),
      },
      {
        name: 'Through a provider from which four takeovers were confirmed',
        facts: all(nextDoor, withPopulation({ ases: { successes: 40, failures: 5, verdicts: 1 } })),
      },
    ],
    negative: [
      { name: 'From home' },
      {
        name: 'Through a large provider with as many failures as people make',
        facts: all(nextDoor, withPopulation({ ases: { successes: 3_000, failures: 330, verdicts: 0 } })),
      },
    ],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
      {
        name: 'The population did not arrive in time',
        facts: (base) => ({ ...base, population: unknown('timeout') }),
      },
    ],
  },
};
