import { DECAY_DAYS, isQuiet, PROVISIONAL_WEIGHT } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { newcomer, withFeatures, withProfile } from './examples.ts';
import { num } from './support/words.ts';

const W = WEIGHTS['behaviour.unusual_hour'];
const HOURS_A_DAY = 24;
const HOURS_A_WEEK = 168;
const MS_PER_HOUR = 3_600_000;
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/**
 * Kernel over the hours between two logins, 0–167, summing to 1: a von Mises density on the circle of the day times
 * one on the circle of the week (Mardia & Jupp, "Directional Statistics", 2000, section 3.5.4). The product lets
 * 23:00 neighbour 1:00 and Sunday neighbour Monday.
 */
const KERNEL = kernel();
/** Decay by whole idle days, up to ten time constants: the exponential of up to 24 values a login, looked up. */
const DECAY = Float64Array.from({ length: 10 * DECAY_DAYS.hours }, (_, days) =>
  Math.exp(-days / DECAY_DAYS.hours),
);

export const behaviourUnusualHour: Signal = {
  id: 'behaviour.unusual_hour',
  category: 'behaviour',
  title: 'Unusual hour',
  description:
    'How often this user logs in around this hour of the week, against somebody who keeps no hours: ' +
    'ln[(1/168) / p(hour | user)], with a smoothed density on the circle of the week (UTC). Attackers keep another ' +
    'time zone’s hours, or none. Weak, since people work late; needs ten logins of history.',
  needs: ['features.hour', 'profile'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    if (profile === null || profile.logins < W.min_logins) return abstain('no_history');
    const hour = facts.features.hour;
    const now_h = event.occurredAt_ms / MS_PER_HOUR;
    let total = 0;
    let near = 0;
    for (const habit of profile.habits.hours) {
      const idle_days = Math.min(
        DECAY.length - 1,
        Math.max(0, (now_h - habit.lastCounted_h) / HOURS_A_DAY) | 0,
      );
      const provisional = habit.provisional && !isQuiet(profile, habit.firstSeen_h, now_h);
      const weight = habit.weight * (DECAY[idle_days] ?? 0) * (provisional ? PROVISIONAL_WEIGHT : 1);
      total += weight;
      const apart = (hour - habit.key + HOURS_A_WEEK) % HOURS_A_WEEK;
      near += weight * (KERNEL[apart] ?? 0);
    }
    if (total === 0) return abstain('no_history');
    // Little history and irregular people both pull towards "any hour".
    const uniform = Math.max(W.uniform, W.shrink_logins / (total + W.shrink_logins));
    const relative = uniform + (1 - uniform) * (near / total) * HOURS_A_WEEK;
    const nats = Math.min(W.max, Math.max(-W.max_trust, -Math.log(relative)));
    if (Math.abs(nats) < 1e-3) return neutral();
    return evidence(nats, { hour_of_week: hour, times_usual: Math.round(relative * 100) / 100 });
  },
  explain(details) {
    const hour = num(details, 'hour_of_week');
    const day = DAYS[Math.floor(hour / HOURS_A_DAY)] ?? 'this day';
    const clock = `${String(hour % HOURS_A_DAY).padStart(2, '0')}:00 UTC`;
    const usual = num(details, 'times_usual');
    return usual < 1
      ? `The user seldom logs in on a ${day} around ${clock}`
      : `The user often logs in on a ${day} around ${clock}`;
  },
  examples: {
    positive: [
      {
        name: 'On a Wednesday at 3:00, for a user of mornings and evenings',
        facts: withFeatures({ hour: 51 }),
      },
    ],
    negative: [
      { name: 'On a Tuesday evening, as usual' },
      { name: 'An hour earlier than usual', facts: withFeatures({ hour: 41 }) },
    ],
    abstaining: [
      { name: 'A first login', facts: newcomer },
      { name: 'Five logins of history', facts: withProfile({ logins: 5 }) },
    ],
  },
};

function kernel(): Float64Array {
  const raw: number[] = [];
  let sum = 0;
  for (let h = 0; h < HOURS_A_WEEK; h++) {
    const day = Math.cos((2 * Math.PI * h) / HOURS_A_DAY) - 1;
    const week = Math.cos((2 * Math.PI * h) / HOURS_A_WEEK) - 1;
    const k = Math.exp(W.kappa_day * day + W.kappa_week * week);
    raw.push(k);
    sum += k;
  }
  return Float64Array.from(raw, (k) => k / sum);
}
