import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { NOW_ms, STRANGE, withClient, withFeatures } from './examples.ts';
import { familyName, num } from './support/words.ts';

const W = WEIGHTS['device.old_client'];
const MS_PER_DAY = 86_400_000;
const DAYS_PER_YEAR = 365.25;
const NOW_day = Math.floor(NOW_ms / MS_PER_DAY);

export const deviceOldClient: Signal = {
  id: 'device.old_client',
  category: 'device',
  title: 'Outdated browser',
  description:
    'A browser version released more than two years before the login. Attack tools carry user agents that somebody ' +
    'once copied. Honest people with old phones and locked-down computers have them too, so it stays weak and ' +
    'falls silent once the client is this user’s habit.',
  needs: ['client.released_day', 'features.client', 'profile'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.client.known) return abstain(facts.client.why);
    const { released_day, browserFamily, browserMajor } = facts.client.value;
    if (released_day === null) return abstain('imprecise');
    const age_years = (event.occurredAt_ms / MS_PER_DAY - released_day) / DAYS_PER_YEAR;
    if (age_years <= W.free_years) return neutral();
    if (facts.profile.known && facts.profile.value !== null && facts.features.client !== null) {
      const habit = familiarity(facts.profile.value, 'clients', facts.features.client, event.occurredAt_ms);
      if (habit.seen === 'established') return neutral({ age_years });
    }
    return evidence(Math.min(W.max, W.per_year * (age_years - W.free_years)), {
      age_years,
      browser: browserFamily,
      browser_major: browserMajor,
    });
  },
  explain(details) {
    const major = num(details, 'browser_major');
    const browser = `${familyName(details, 'browser', 'browser')}${major > 0 ? ` ${major}` : ''}`;
    return `Outdated client: ${browser} is ${Math.round(num(details, 'age_years') * 10) / 10} years old`;
  },
  examples: {
    positive: [
      {
        name: 'Chrome 63 in 2026, new for this user',
        facts: (base) =>
          withClient({ browserMajor: 63, released_day: NOW_day - 3_000 })(
            withFeatures({ client: STRANGE.client })(base),
          ),
      },
    ],
    negative: [
      { name: 'A browser of two months' },
      {
        name: 'An old browser that is this user’s habit',
        facts: withClient({ browserMajor: 63, released_day: NOW_day - 3_000 }),
      },
    ],
    abstaining: [{ name: 'A version whose release is not known', facts: withClient({ released_day: null }) }],
  },
};
