import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { behindProxy, inLisbon, newcomer, privateAddress, withSharing } from './examples.ts';
import { addressSilence } from './support/address.ts';
import { newCountryNats } from './support/new-country.ts';
import { count, num, text } from './support/words.ts';

export const locationNewCountry: Signal = {
  id: 'location.new_country',
  category: 'location',
  title: 'New country',
  description:
    'A country where this user is not established. Most takeovers come from elsewhere; so do holidays, which is why ' +
    'it stays below a challenge on a known device. It grows with the user’s history, is cheap for people who travel, ' +
    'and weighs less behind VPNs, relays and carriers (whose country is the exit’s) and where colleagues log in too.',
  needs: ['address.place', 'features.country', 'profile', 'deviceIsTheirs', 'sharing'],
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
    const nats = newCountryNats(event, facts);
    if (nats === 0) return neutral();
    return evidence(nats, {
      country: facts.address.place.value.country,
      known_countries: familiar.distinct,
      provisional: familiar.seen === 'provisional',
    });
  },
  explain(details) {
    const country = text(details, 'country', 'an unknown country');
    if (details.provisional === true) return `${country} is new for this user and not yet confirmed`;
    const known = count(num(details, 'known_countries'), 'other country', 'other countries');
    return `First login from ${country}; the user is known in ${known}`;
  },
  examples: {
    positive: [
      { name: 'From Portugal, for a user who was only ever in Germany', facts: inLisbon },
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
