import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTables } from '../../bench/evaluation/engine.ts';
import { ATTACKERS } from '../../bench/evaluation/generator/event.ts';
import { loadInternet } from '../../bench/evaluation/generator/internet.ts';
import { STABLE, type WorldParameters } from '../../bench/evaluation/generator/parameters.ts';
import { createRandom } from '../../bench/evaluation/generator/random.ts';
import { createWorld, type World, type WorldOptions } from '../../bench/evaluation/generator/world.ts';
import { areaUnderCurve } from '../../bench/evaluation/metrics/rates.ts';
import { rank } from '../../bench/evaluation/metrics/sample.ts';
import { scoreWorld } from '../../bench/evaluation/score-world.ts';
import type { ScoredWorld } from '../../bench/evaluation/scored.ts';

const SMALL: WorldParameters = {
  ...STABLE,
  users: 40,
  days: 32,
  loginsADay: 0.6,
  seed: 'leakage',
  background: { ...STABLE.background, stuffingAttempts: 60, sprayAttempts: 40 },
};
const OPTIONS: WorldOptions = { attackShare: 0.15, attacksFrom_day: 16 };

let tables: Awaited<ReturnType<typeof openTables>>;
let world: (options?: Partial<WorldOptions>, parameters?: WorldParameters) => World;
let scored: ScoredWorld;
beforeAll(async () => {
  const internet = await loadInternet();
  tables = await openTables();
  world = (options = {}, parameters = SMALL) => createWorld(parameters, internet, { ...OPTIONS, ...options });
  scored = await scoreWorld(world(), tables);
});
afterAll(() => tables.close());

const aucOf = (attacks: readonly number[], logins: readonly number[]): number => {
  const ranked = (scores: readonly number[]) =>
    rank(
      [...scores.keys()],
      scores.map(() => 0),
      scores,
    );
  return areaUnderCurve(ranked(attacks), ranked(logins), Float64Array.of(1));
};

describe('the evaluation does not fool itself', () => {
  it('tells attacks from logins, and cannot when their labels are mixed up', () => {
    const attacks = scored.attacks.score.gatehouse;
    const logins = scored.logins.score.gatehouse;
    expect(aucOf(attacks, logins)).toBeGreaterThan(0.8);
    const random = createRandom('permute');
    const areas = Array.from({ length: 20 }, () => {
      const all = [...attacks, ...logins];
      for (let i = all.length - 1; i > 0; i--) {
        const j = random.integer(0, i);
        [all[i], all[j]] = [all[j] ?? 0, all[i] ?? 0];
      }
      return aucOf(all.slice(0, attacks.length), all.slice(attacks.length));
    });
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });

  it('gives the past the same scores when the future is left out', async () => {
    const cut = await scoreWorld(world({ untilDay: 24 }), tables);
    for (const which of ['logins', 'attacks'] as const) {
      const past = cut[which].score;
      expect(past.gatehouse.length).toBeGreaterThan(20);
      for (const model of ['gatehouse', 'freeman', 'freeman_conditional'] as const) {
        expect(past[model]).toEqual(scored[which].score[model].slice(0, past[model].length));
      }
    }
  });

  it('gives honest logins the same scores whether takeovers are judged between them or not', async () => {
    const alone = await scoreWorld(world({ attackShare: 0, attacksFrom_day: SMALL.days }), tables);
    expect(alone.attacks.user).toEqual([]);
    expect(alone.logins.score.gatehouse).toEqual(scored.logins.score.gatehouse);
    expect(alone.logins.answer).toEqual(scored.logins.answer);
  });

  it('hands the engine no label: other labels, same scores', async () => {
    const original = world();
    const disguised: World = {
      ...original,
      *events() {
        for (const event of original.events()) {
          yield event.label.kind === 'attack'
            ? { ...event, label: { ...event.label, attacker: ATTACKERS[0] } }
            : event.label.kind === 'login'
              ? { ...event, label: { ...event.label, lookAlike: 'holiday' as const } }
              : event;
        }
      },
    };
    const again = await scoreWorld(disguised, tables);
    expect(again.logins.score).toEqual(scored.logins.score);
    expect(again.attacks.score).toEqual(scored.attacks.score);
  });

  it('is the same to the last bit when run again', async () => {
    expect(await scoreWorld(world(), tables)).toEqual(scored);
  });

  it('one missed login does not make an attacker the user, and ten within a week do not make them trusted', async () => {
    const { poison, logins } = await scoreWorld(
      world({ attackShare: 0, poison: { day: 12, victims: 6, missed: [1, 10] } }),
      tables,
    );
    const typical = [...logins.score.gatehouse].sort((a, b) => a - b)[logins.user.length >> 1] ?? 0;
    for (const { missed, before, after } of poison) {
      // A known device of the user's own says more than five nats, and all evidence of m3 is 6 % wider than before.
      expect(before - after).toBeLessThan(missed === 1 ? 2.5 : 5.3);
      expect(after).toBeGreaterThan(typical);
    }
    expect(poison.length).toBeGreaterThan(6);
  });
});
