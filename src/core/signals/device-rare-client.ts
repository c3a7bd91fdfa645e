import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, STRANGE, withApplication, withClient, withFeatures } from './examples.ts';
import { familyName, num, percent } from './support/words.ts';

const W = WEIGHTS['device.rare_client'];

export const deviceRareClient: Signal = {
  id: 'device.rare_client',
  category: 'device',
  title: 'Rare client',
  description:
    'Browser and system together make up less than 1 % of this application’s accepted logins. Attack kits often ' +
    'invent combinations that nobody has. Weak, because somebody honest has every rare client, and silent when it ' +
    'is this user’s own browser.',
  needs: ['application.clientShare', 'application.logins', 'client', 'features.browser', 'profile'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.client.known) return abstain(facts.client.why);
    if (!facts.application.known) return abstain(facts.application.why);
    const { browser, os } = facts.features;
    if (browser === null && os === null) return abstain('imprecise');
    const { logins, clientShare } = facts.application.value;
    if (logins < W.min_logins) return abstain('no_history');
    if (clientShare >= W.below_share) return neutral();
    if (facts.profile.known && facts.profile.value !== null) {
      const habit = familiarity(facts.profile.value, 'browsers', browser, event.occurredAt_ms);
      if (habit.seen === 'established') return neutral({ share: clientShare });
    }
    const share = Math.max(clientShare, 1 / logins);
    const nats = Math.min(W.max, W.per_e_fold * Math.log(W.below_share / share));
    if (nats <= 0) return neutral({ share: clientShare });
    const { browserFamily, osFamily } = facts.client.value;
    return evidence(nats, { share: clientShare, browser: browserFamily, os: osFamily });
  },
  explain(details) {
    const client = `${familyName(details, 'browser', 'an unrecognised browser')} on ${familyName(details, 'os', 'an unrecognised system')}`;
    return `Rare client: ${client} makes ${percent(num(details, 'share'))} of the logins here`;
  },
  examples: {
    positive: [
      {
        name: 'Konqueror on Windows, which nobody else here uses',
        facts: all(
          withClient({ browserFamily: 'konqueror' }),
          withFeatures({ browser: STRANGE.browser }),
          withApplication({ clientShare: 0 }),
        ),
      },
    ],
    negative: [
      { name: 'What a third of all logins use' },
      { name: 'A rare browser that is this user’s habit', facts: withApplication({ clientShare: 0.001 }) },
    ],
    abstaining: [
      { name: 'Too few logins of the application', facts: withApplication({ logins: 40, clientShare: 0 }) },
    ],
  },
};
