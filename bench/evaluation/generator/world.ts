import { LONE_ATTACKERS, popularClient, takeovers, worldBlock } from './attackers.ts';
import { type Attempt, bodyOf } from './bodies.ts';
import { type Campaign, campaignAttempts, planCampaigns } from './campaigns.ts';
import { type ChangePlan, planChanges } from './changes.ts';
import type { Label, WorldEvent } from './event.ts';
import type { Internet } from './internet.ts';
import { hostIn } from './lines.ts';
import { honestLogin, loginTimes } from './logins.ts';
import type { WorldParameters } from './parameters.ts';
import { populate, roundTrip_ms } from './people.ts';
import { type PoisonPlan, planPoison, poisonEvents } from './poison.ts';
import { createRandom } from './random.ts';

export interface WorldOptions {
  /** Share of honest logins after which one takeover of each lone kind is made (dry runs). */
  readonly attackShare: number;
  /** No takeovers before this day. */
  readonly attacksFrom_day: number;
  /** Missed attackers whose logins are learned; none when absent. */
  readonly poison?: PoisonPlan;
  /** Honest changes besides the world's own; none when absent. */
  readonly changes?: ChangePlan;
  /** Stops before this day: what came earlier is the same to the byte. */
  readonly untilDay?: number;
}

export interface World {
  readonly parameters: WorldParameters;
  readonly begin_ms: number;
  readonly campaigns: readonly Campaign[];
  /** All events in the order of time. Can be run through once. */
  events(): Generator<WorldEvent>;
}

const DAY_MS = 86_400_000;
/** Machines of lone bots that come back. */
const BOTS = 300;

/**
 * A world of invented people and attackers. The same parameters and tables give the same events; the options change
 * no honest login and no failure, but `changes`, which touch nothing before their first day.
 */
export function createWorld(parameters: WorldParameters, internet: Internet, options: WorldOptions): World {
  const begin_ms = Date.parse(parameters.startDay);
  const campaigns = planCampaigns(parameters, begin_ms, createRandom(parameters.seed).fork('campaigns'));
  return { parameters, begin_ms, campaigns, events };

  function* events(): Generator<WorldEvent> {
    const random = createRandom(parameters.seed);
    const changes = options.changes === undefined ? null : planChanges(options.changes, parameters);
    const population = populate(parameters, internet, random.fork('population'), begin_ms, changes);
    const context = { parameters, internet, population };
    const { collects } = parameters;
    const days = Math.min(parameters.days, options.untilDay ?? parameters.days);
    const pending: WorldEvent[][] = [];
    const poison =
      options.poison === undefined ? null : planPoison(options.poison, population, random.fork('poison'));
    const botMaker = random.fork('bots');
    const bots = Array.from({ length: BOTS }, () => {
      const block = worldBlock(internet, parameters.attackers.naiveHosting, botMaker);
      return { block, ip: hostIn(block, botMaker) };
    });

    let today_ms = begin_ms;
    const add = (
      made: Attempt,
      label: Label,
      onChallenge: WorldEvent['onChallenge'],
      dryRun: boolean,
    ): void => {
      // What just precedes midnight would come after its own day was handed out.
      const attempt = made.at_ms < today_ms ? { ...made, at_ms: today_ms } : made;
      const day = Math.floor((attempt.at_ms - begin_ms) / DAY_MS);
      if (day >= parameters.days) return;
      const list = pending[day] ?? [];
      pending[day] = list;
      list.push({ at_ms: attempt.at_ms, body: bodyOf(attempt, collects), dryRun, onChallenge, label });
    };

    for (let day = 0; day < days; day++) {
      const from_ms = begin_ms + day * DAY_MS;
      today_ms = from_ms;
      let honest = 0;
      for (const person of population.people) {
        for (const at_ms of loginTimes(person, from_ms, parameters)) {
          const before = person.logins;
          const login = honestLogin(person, at_ms, day, parameters, population);
          honest += 1;
          for (const attempt of login.attempts) {
            add(
              attempt,
              attempt.status === 'failed'
                ? { kind: 'failure', by: 'user', campaign: null }
                : { kind: 'login', user: person.index, n: before, lookAlike: login.lookAlike },
              login.onChallenge,
              false,
            );
          }
          const attack = random.fork('attack', person.index, before);
          if (before === 0 || day < options.attacksFrom_day || !attack.chance(options.attackShare)) continue;
          for (const { attacker, attempt } of takeovers(person, login, LONE_ATTACKERS, context, attack)) {
            const n = attacker === 'aitm' ? before : person.logins;
            add(attempt, { kind: 'attack', attacker, user: person.index, n, campaign: null }, 'failed', true);
          }
        }
        if (poison !== null) {
          for (const { attempt, label, dryRun } of poisonEvents(poison, person, day, from_ms, context)) {
            add(attempt, label, 'succeeded', dryRun);
          }
        }
      }
      const today = random.fork('background', day);
      for (let left = today.poisson(honest * parameters.background.naive); left > 0; left--) {
        const person = today.chance(parameters.background.existingUsers)
          ? today.pick(population.people)
          : null;
        const at_ms = from_ms + Math.floor(today.next() * DAY_MS);
        const bot = today.chance(0.3) ? today.pick(bots) : null;
        const block = bot?.block ?? worldBlock(internet, parameters.attackers.naiveHosting, today);
        const attempt: Attempt = {
          at_ms,
          status: 'failed',
          person,
          ...(person === null ? { typed: `leaked${today.integer(1, 10_000_000)}@example.com` } : {}),
          ip: bot?.ip ?? hostIn(block, today),
          ...popularClient('en-US', at_ms, parameters.attackers.sloppyKits, today),
          rtt_ms: roundTrip_ms({ block, access_ms: 15 }, population.server, today),
          device: { id: today.hex(32), presented: false, bound: false },
        };
        add(attempt, { kind: 'failure', by: 'attacker', campaign: null }, 'failed', false);
      }
      for (const campaign of campaigns) {
        if (Math.floor((campaign.start_ms - begin_ms) / DAY_MS) !== day) continue;
        const own = random.fork('campaign', campaign.index);
        for (const made of campaignAttempts(campaign, parameters, internet, population, own)) {
          const { attempt, victim } = made;
          if (victim === null) {
            add(attempt, { kind: 'failure', by: 'attacker', campaign: campaign.index }, 'failed', false);
          } else if (day >= options.attacksFrom_day) {
            const label: Label = {
              kind: 'attack',
              attacker: campaign.kind,
              user: victim.index,
              n: victim.logins,
              campaign: campaign.index,
            };
            add(attempt, label, 'failed', true);
          }
        }
      }
      const ready = pending[day] ?? [];
      delete pending[day];
      // Stable: what was made first of one instant comes first, so that a proxy's login precedes the honest one.
      yield* ready.sort((a, b) => a.at_ms - b.at_ms);
    }
  }
}
