import type { Internet } from './internet.ts';
import { RENUMBERING_DAYS, ROLLOUT_DAYS } from './logins.ts';
import type { WorldParameters } from './parameters.ts';
import { type Person, type Population, tripFrom } from './people.ts';
import { createRandom, type Random } from './random.ts';

/** Changes that happen to one person, and those that happen to a provider's or an office's people at once. */
const PERSONAL = ['holiday', 'password_manager', 'new_phone', 'new_computer'] as const;
export type PersonalChange = (typeof PERSONAL)[number];

/**
 * Honest changes besides those that happen by themselves, so that there are enough of them to measure. A world with
 * such a plan is the same to the byte as the one without until `from_day`; then each chosen person lives through one
 * change, made as the world makes its own. What went before is undisturbed, failures are real and everything is
 * learned as in any world.
 */
export interface ChangePlan {
  /** Other rounds choose other people. */
  readonly round: number;
  readonly from_day: number;
  /** Shares of all people. Small, so that the population stays what it was. */
  readonly people: Readonly<Record<PersonalChange, number>>;
  /** Providers of the main market that renumber, and offices that roll a VPN out. */
  readonly renumberings: number;
  readonly vpnRollouts: number;
}

/** Few enough that a population stays what it is: the people's own changes … */
export const PEOPLE_CHANGE: Omit<ChangePlan, 'round' | 'from_day'> = {
  people: { holiday: 0.1, password_manager: 0.1, new_phone: 0.05, new_computer: 0.05 },
  renumberings: 0,
  vpnRollouts: 0,
};
/** … and those of networks, apart from them, so that no two coincide more often than they do by themselves. */
export const NETWORKS_CHANGE: Omit<ChangePlan, 'round' | 'from_day'> = {
  people: { holiday: 0, password_manager: 0, new_phone: 0, new_computer: 0 },
  renumberings: 1,
  vpnRollouts: 2,
};

export interface PlannedChanges {
  readonly from_day: number;
  /** What happens to a person, by index. */
  readonly people: ReadonlyMap<number, PersonalChange>;
  /** Day by index of the provider, and by index of the office. */
  readonly renumbered: ReadonlyMap<number, number>;
  readonly rolledOut: ReadonlyMap<number, number>;
  readonly random: Random;
}

/** Who meets what, by the world's seed and the round alone. */
export function planChanges(plan: ChangePlan, parameters: WorldParameters): PlannedChanges {
  const random = createRandom(parameters.seed).fork('changes', plan.round);
  const { from_day } = plan;
  const people = new Map<number, PersonalChange>();
  const none = 1 - PERSONAL.reduce((sum, kind) => sum + plan.people[kind], 0);
  const shares = [...PERSONAL.map((kind) => plan.people[kind]), none];
  for (let index = 0; index < parameters.users; index++) {
    const kind = PERSONAL[random.weighted(shares)];
    if (kind !== undefined) people.set(index, kind);
  }
  const choose = (
    count: number,
    first: number,
    of: number,
    news_days: number,
  ): ReadonlyMap<number, number> => {
    const last_day = Math.max(from_day, parameters.days - news_days);
    const left = Array.from({ length: Math.max(0, of - first) }, (_, i) => first + i);
    const chosen = new Map<number, number>();
    for (let i = 0; i < count && left.length > 0; i++) {
      const [index] = left.splice(random.integer(0, left.length - 1), 1);
      if (index !== undefined) chosen.set(index, random.integer(from_day, last_day));
    }
    return chosen;
  };
  return {
    from_day,
    people,
    // Those of the world's own events come first in both lists.
    renumbered: choose(plan.renumberings, parameters.events.renumberings, PROVIDERS, RENUMBERING_DAYS),
    rolledOut: choose(
      plan.vpnRollouts,
      parameters.events.vpnRollouts,
      parameters.network.offices,
      ROLLOUT_DAYS,
    ),
    random,
  };
}

/** The larger providers of the main market come first in its list; it may have fewer. */
const PROVIDERS = 5;

/** Puts the planned change into the person's coming days. Who cannot have it (no phone, on a journey then) has none. */
export function changePerson(
  person: Person,
  changes: PlannedChanges,
  parameters: WorldParameters,
  internet: Internet,
  lines: Population['lines'],
): void {
  const kind = changes.people.get(person.index);
  if (kind === undefined) return;
  const random = changes.random.fork('person', person.index);
  const { from_day } = changes;
  const days = parameters.days - from_day;
  const day = from_day + Math.floor(random.next() * days);
  const add = (list: number[]): void => {
    list.push(day);
    list.sort((a, b) => a - b);
  };
  switch (kind) {
    case 'password_manager':
      add(person.passwordManagers);
      return;
    case 'new_phone':
      add(person.newPhones);
      return;
    case 'new_computer':
      add(person.newComputers);
      return;
    case 'holiday': {
      const length = 2 + random.exponential(parameters.holiday_days - 2);
      // Whole journeys where they fit, so that first and later logins of one are as frequent as they are.
      const first = from_day + random.next() * Math.max(0, days - length);
      if (person.trips.some((trip) => trip.to_day >= Math.floor(first) && trip.from_day <= first + length))
        return;
      const { country } = person;
      const number = person.trips.length;
      person.trips.push(
        tripFrom({ country, day: first, length, number }, parameters, internet, lines, random),
      );
    }
  }
}
