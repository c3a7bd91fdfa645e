import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { NOW_ms, newcomer, strangeDevice, withLast } from './examples.ts';
import { isOwnDevice } from './support/device.ts';
import { grouped, num } from './support/words.ts';

const W = WEIGHTS['account.dormant'];
const MS_PER_DAY = 86_400_000;

export const accountDormant: Signal = {
  id: 'account.dormant',
  category: 'account',
  title: 'Dormant account',
  description:
    'The first login after more than 90 days. Forgotten accounts are taken over because nobody looks, with passwords ' +
    'from old leaks. People do come back once a year, so it stays weak, and weaker on the user’s own device.',
  needs: ['profile', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.profile.known) return abstain(facts.profile.why);
    const last = facts.profile.value?.last ?? null;
    if (last === null) return abstain('no_history');
    const idle_days = (event.occurredAt_ms - last.at_ms) / MS_PER_DAY;
    if (idle_days <= W.free_days) return neutral();
    const nats = Math.min(W.max, W.per_e_fold * Math.log(idle_days / W.free_days));
    return evidence(isOwnDevice(event, facts) ? nats * W.own_device_share : nats, {
      idle_days: Math.round(idle_days),
      previous_decision_id: last.decisionId,
    });
  },
  explain: (details) => `The first login after ${grouped(num(details, 'idle_days'))} days`,
  examples: {
    positive: [
      {
        name: 'After a year, on a new device',
        facts: (base) => withLast({ at_ms: NOW_ms - 365 * MS_PER_DAY })(strangeDevice(base)),
      },
    ],
    negative: [
      { name: 'A day after the last login' },
      { name: 'After a long holiday', facts: withLast({ at_ms: NOW_ms - 40 * MS_PER_DAY }) },
    ],
    abstaining: [{ name: 'A first login', facts: newcomer }],
  },
};
