import type { LoginEvent } from '../event.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { NOW_ms } from './examples.ts';
import { hours, num } from './support/words.ts';

const W = WEIGHTS['account.fresh'];
const MS_PER_HOUR = 3_600_000;
const HOURS_A_DAY = 24;
const HOURS_A_WEEK = 168;

const registered =
  (ago_h: number | null) =>
  (base: LoginEvent): LoginEvent => ({
    ...base,
    user: { ...base.user, registeredAt_ms: ago_h === null ? null : NOW_ms - ago_h * MS_PER_HOUR },
  });

export const accountFresh: Signal = {
  id: 'account.fresh',
  category: 'account',
  title: 'Fresh account',
  description:
    'The account is minutes, hours or days old. Throw-away accounts are used at once and their first days are when ' +
    'they misbehave; every honest account was young too, so it only tips the balance. The registration itself is ' +
    'not judged by its own age.',
  needs: ['user.registeredAt_ms'],
  dependsOnOthers: false,
  judge(event) {
    const registeredAt_ms = event.user.registeredAt_ms;
    if (registeredAt_ms === null) return abstain('not_collected');
    if (event.type === 'registration') return neutral();
    const age_h = (event.occurredAt_ms - registeredAt_ms) / MS_PER_HOUR;
    // Two servers' clocks differ; more than that is a wrong date.
    if (age_h * 60 < -W.skew_min) return abstain('imprecise');
    if (age_h >= HOURS_A_WEEK) return neutral();
    const nats = age_h < 1 ? W.hour : age_h < HOURS_A_DAY ? W.day : W.week;
    return evidence(nats, { age_h: Math.max(0, age_h) });
  },
  explain: (details) => `The account is ${hours(num(details, 'age_h'))} old`,
  examples: {
    positive: [
      { name: 'A login ten minutes after registration', event: registered(1 / 6) },
      { name: 'A login on the third day', event: registered(60) },
    ],
    negative: [
      { name: 'An account of two years' },
      {
        name: 'The registration itself',
        event: (base) => ({ ...registered(0)(base), type: 'registration' }),
      },
    ],
    abstaining: [
      { name: 'The caller does not say when the user registered', event: registered(null) },
      { name: 'A date in the future', event: registered(-48) },
    ],
  },
};
