import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import {
  behindProxy,
  ELSEWHERE,
  HOME,
  habit,
  inLisbon,
  newcomer,
  privateAddress,
  strangeDevice,
  withHabits,
  withSharing,
} from './examples.ts';
import { addressSilence } from './support/address.ts';
import { newCountry } from './support/new-country.ts';
import { count, num, text } from './support/words.ts';

export const locationNewCountry: Signal = {
  id: 'location.new_country',
  category: 'location',
  title: 'New country',
  description:
    'A country where this user is not established. Most takeovers come from elsewhere; so do holidays, which is why ' +
    'it stays below a challenge on a known device. It grows with the user’s history, is cheap for people who travel, ' +
    'and weighs less behind VPNs, relays and carriers (whose country is the exit’s) and where colleagues log in too. ' +
    'It says less where the user’s own device was before, and without a known device for a client of the user’s, the ' +
    'rarer that is: bots of the whole world show what is popular.',
  needs: [
    'address.place',
    'features.country',
    'features.client',
    'profile',
    'population.clients',
    'deviceIsTheirs',
    'sharing',
    'features.browser',
    'features.os',
    'features.address',
  ],
  dependsOnOthers: false,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.profile.known) return abstain(facts.profile.why);
    if (facts.profile.value === null) return abstain('no_history');
    if (!facts.address.place.known) return abstain(facts.address.place.why);
    const familiar = familiarity(
      facts.profile.value,
      'countries',
      facts.features.country,
      event.occurredAt_ms,
    );
    if (familiar.total === 0) return abstain('no_history');
    const { nats, less } = newCountry(event, facts);
    if (nats === 0) return neutral();
    return evidence(nats, {
      country: facts.address.place.value.country,
      known_countries: familiar.distinct,
      provisional: familiar.seen === 'provisional',
      own_device_was_there: less === 'own_device_was_there',
      own_client: less === 'own_client',
    });
  },
  explain(details) {
    const country = text(details, 'country', 'an unknown country');
    const own = details.own_client === true ? ', with a browser and system that the user has' : '';
    if (details.provisional === true) {
      const companion =
        details.own_device_was_there === true ? '; the user’s own device was there before' : '';
      return `${country} is new for this user and not yet confirmed${own}${companion}`;
    }
    const known = count(num(details, 'known_countries'), 'other country', 'other countries');
    return `First login from ${country}${own}; the user is known in ${known}`;
  },
  examples: {
    positive: [
      { name: 'From Portugal, for a user who was only ever in Germany', facts: inLisbon },
      {
        name: 'The same without a known device, with a client of the user’s',
        facts: (base) => strangeDevice(inLisbon(base)),
      },
      {
        name: 'A strange device in Portugal, where the user’s own laptop was yesterday',
        facts: (base) =>
          withHabits({
            countries: [
              habit(HOME.country, 33, 60),
              { ...habit(ELSEWHERE.country, 1, 1, true), withOwnDevice: true },
            ],
          })(strangeDevice(inLisbon(base))),
      },
      {
        name: 'The same through an address that ten colleagues use',
        facts: (base) => withSharing({ addressUsers: 10 })(inLisbon(base)),
      },
    ],
    negative: [{ name: 'From home' }],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
      { name: 'A first login', facts: newcomer },
    ],
  },
};
