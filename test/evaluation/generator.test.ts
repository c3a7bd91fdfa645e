import { beforeAll, describe, expect, it } from 'vitest';
import { ATTACKERS, replayLine, type WorldEvent } from '../../bench/evaluation/generator/event.ts';
import { type Internet, loadInternet } from '../../bench/evaluation/generator/internet.ts';
import {
  CHURNY,
  drawParameters,
  STABLE,
  type WorldParameters,
} from '../../bench/evaluation/generator/parameters.ts';
import { createWorld, type WorldOptions } from '../../bench/evaluation/generator/world.ts';
import { validateRiskBody } from '../../src/contracts/http/validate-body.ts';

let internet: Internet;
beforeAll(async () => {
  internet = await loadInternet();
});

const SMALL: WorldParameters = {
  ...STABLE,
  users: 40,
  days: 40,
  seed: 'test',
  background: { ...STABLE.background, stuffingAttempts: 60, sprayAttempts: 40 },
};
const OPTIONS: WorldOptions = { attackShare: 0.3, attacksFrom_day: 10 };

const eventsOf = (parameters: WorldParameters, options: WorldOptions = OPTIONS): readonly WorldEvent[] => [
  ...createWorld(parameters, internet, options).events(),
];
const textOf = (events: readonly WorldEvent[]): string => events.map(replayLine).join('\n');

describe('the generator', () => {
  it('gives the same bytes for the same seed, and others for another', () => {
    const text = textOf(eventsOf(SMALL));
    expect(textOf(eventsOf(SMALL))).toBe(text);
    expect(textOf(eventsOf({ ...SMALL, seed: 'another' }))).not.toBe(text);
  });

  it('gives events in the order of time, as bodies that the product accepts', () => {
    for (const parameters of [
      SMALL,
      { ...CHURNY, users: 20, days: 15 },
      drawParameters(7, { users: 20, days: 15 }),
    ]) {
      let last_ms = 0;
      for (const { at_ms, body } of eventsOf(parameters)) {
        expect(at_ms).toBeGreaterThanOrEqual(last_ms);
        expect(Date.parse(body.occurred_at ?? '')).toBe(at_ms);
        last_ms = at_ms;
        expect(validateRiskBody(body, { lenient: false })).toMatchObject({ ok: true });
      }
    }
  });

  it('makes the same honest logins and failures whether attackers are asked for or not', () => {
    const real = (events: readonly WorldEvent[]): string => textOf(events.filter(({ dryRun }) => !dryRun));
    expect(real(eventsOf(SMALL, { attackShare: 0, attacksFrom_day: 0 }))).toBe(real(eventsOf(SMALL)));
  });

  it('makes the same past when the future is left out', () => {
    const short = eventsOf(SMALL, { ...OPTIONS, untilDay: 25 });
    expect(textOf(short)).toBe(textOf(eventsOf(SMALL).slice(0, short.length)));
    expect(short.length).toBeGreaterThan(100);
  });

  it('adds planned changes to a world that is the same until then', () => {
    const changes = {
      round: 1,
      from_day: 25,
      people: { holiday: 0.3, password_manager: 0.3, new_phone: 0.1, new_computer: 0.1 },
      renumberings: 1,
      vpnRollouts: 1,
    };
    const parameters = { ...SMALL, loginsADay: 1 };
    const plain = eventsOf(parameters);
    const changed = eventsOf(parameters, { ...OPTIONS, changes });
    const begin_ms = Date.parse(parameters.startDay);
    const before = ({ at_ms }: WorldEvent): boolean => at_ms < begin_ms + 25 * 86_400_000;
    expect(textOf(changed.filter(before))).toBe(textOf(plain.filter(before)));
    const count = (events: readonly WorldEvent[], kind: string): number =>
      events.filter(({ label }) => label.kind === 'login' && label.lookAlike === kind).length;
    for (const kind of ['holiday', 'password_manager', 'new_phone', 'new_computer', 'corporate_vpn']) {
      expect(count(changed, kind), kind).toBeGreaterThan(count(plain, kind));
    }
    // A migrated browser's passwords fail first, as real events.
    const failures = (events: readonly WorldEvent[]): number =>
      events.filter(({ label }) => label.kind === 'failure' && label.by === 'user').length;
    expect(failures(changed)).toBeGreaterThan(failures(plain) + 5);
    const other = eventsOf(parameters, { ...OPTIONS, changes: { ...changes, round: 2 } });
    expect(textOf(other)).not.toBe(textOf(changed));
  });

  it('makes every kind of attacker, all of them dry runs against somebody who logged in before', () => {
    const attacks = eventsOf({ ...SMALL, users: 150, days: 90 }).flatMap(({ label, dryRun }) =>
      label.kind === 'attack' ? [{ ...label, dryRun }] : [],
    );
    expect(new Set(attacks.map(({ attacker }) => attacker))).toEqual(new Set(ATTACKERS));
    expect(attacks.every(({ n, dryRun }) => n > 0 && dryRun)).toBe(true);
  });

  it('puts no word of its labels into a line', () => {
    const words = [...ATTACKERS, 'attacker', 'label', 'takeover', 'campaign', 'look_alike'];
    const text = textOf(eventsOf(SMALL).map((event) => ({ ...event, onChallenge: 'succeeded' })));
    for (const word of words) expect(text).not.toContain(`"${word}"`);
  });

  it('poisons only the planned victims, in the planned order', () => {
    const poison = eventsOf(SMALL, {
      ...OPTIONS,
      poison: { day: 20, victims: 3, missed: [1, 3] },
    }).flatMap(({ label }) => (label.kind === 'poison' ? [label] : []));
    const victims = new Set(poison.map(({ user }) => user));
    expect(victims.size).toBeGreaterThan(3);
    for (const user of victims) {
      const steps = poison.filter((label) => label.user === user);
      expect(steps.map(({ step }) => step)).toEqual([
        'before',
        ...Array.from({ length: steps[0]?.missed ?? 0 }, () => 'learned'),
        'after',
        'quiet',
      ]);
    }
  });
});
