import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, withFeatures, withPopulation } from './examples.ts';
import { num, percent } from './support/words.ts';

const W = WEIGHTS['device.foreign_tls'];

export const deviceForeignTls: Signal = {
  id: 'device.foreign_tls',
  category: 'device',
  title: 'TLS hello of another client',
  description:
    'The TLS fingerprint is one that accepted logins with this browser on this system hardly ever have. Tools and ' +
    'phishing proxies copy the user agent and keep their own TLS. New browser versions bring new hellos, so it ' +
    'fades as people are accepted with one. Needs 20 logins with the browser.',
  needs: ['features.tls', 'population.tls', 'population.browsers'],
  dependsOnOthers: true,
  judge(_event, facts) {
    if (facts.features.tls === null || facts.features.browser === null) return abstain('not_collected');
    if (!facts.population.known) return abstain(facts.population.why);
    const { tls, browsers } = facts.population.value;
    if (browsers.successes < W.min_logins) return abstain('no_history');
    const share = (tls.successes + 0.5) / (browsers.successes + 1);
    if (share >= W.below_share) return neutral();
    return evidence(Math.min(W.max, Math.log(W.below_share / share)), {
      share: Math.min(1, tls.successes / browsers.successes),
      logins: Math.round(browsers.successes),
    });
  },
  explain: (details) =>
    `The TLS fingerprint is not this browser’s: ${percent(num(details, 'share'))} of its accepted logins have it`,
  examples: {
    positive: [
      {
        name: 'A tool that calls itself Chrome',
        facts: all(
          withFeatures({ tls: 0x7001 }),
          withPopulation({ tls: { successes: 0, failures: 80, verdicts: 0 } }),
        ),
      },
    ],
    negative: [
      {
        name: 'The hello that most people with this browser send',
        facts: all(
          withFeatures({ tls: 0x7002 }),
          withPopulation({ tls: { successes: 900, failures: 80, verdicts: 0 } }),
        ),
      },
    ],
    abstaining: [
      { name: 'No fingerprint was taken' },
      {
        name: 'Hardly anybody uses this browser',
        facts: all(
          withFeatures({ tls: 0x7002 }),
          withPopulation({ browsers: { successes: 4, failures: 0, verdicts: 0 } }),
        ),
      },
      {
        name: 'The population did not arrive in time',
        facts: (base) => withFeatures({ tls: 0x7002 })({ ...base, population: unknown('timeout') }),
      },
    ],
  },
};
