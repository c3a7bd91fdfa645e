import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { NOW_ms, newcomer, profileHidden, unverified } from './examples.ts';

const W = WEIGHTS['account.first_login'];
const MS_PER_DAY = 86_400_000;

export const accountFirstLogin: Signal = {
  id: 'account.first_login',
  category: 'account',
  title: 'First login',
  description:
    'Nothing is known of this user yet. Everybody has a first login, so it says next to nothing and exists mainly to ' +
    'make the lack of history visible. A user with an old account but no profile has an unknown history, which is ' +
    'not evidence at all: otherwise the first day of operation would challenge everybody.',
  needs: ['profile', 'user.registeredAt_ms'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.profile.known) return abstain(facts.profile.why);
    if (facts.profile.value !== null) return neutral();
    if (event.type === 'registration') return neutral({ history: 'none' });
    const registeredAt_ms = event.user.registeredAt_ms;
    if (registeredAt_ms !== null && event.occurredAt_ms - registeredAt_ms > W.old_days * MS_PER_DAY) {
      return neutral({ history: 'unknown' });
    }
    return evidence(W.nats, { history: 'none' });
  },
  explain: () => 'The first login of this user here',
  examples: {
    positive: [
      {
        name: 'A login ten minutes after registration',
        event: (base) => ({ ...base, user: { ...base.user, registeredAt_ms: NOW_ms - 600_000 } }),
        facts: newcomer,
      },
    ],
    negative: [
      { name: 'A user with history' },
      { name: 'An account of two years on the first day of operation', facts: newcomer },
      {
        name: 'The registration itself',
        event: (base) => ({ ...base, type: 'registration' }),
        facts: newcomer,
      },
    ],
    abstaining: [{ name: 'The password is not checked yet', event: unverified, facts: profileHidden }],
  },
};
