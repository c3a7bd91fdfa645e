import { describe, expect, it } from 'vitest';
import type { Features } from '../../../src/core/facts.ts';
import { emptyProfile } from '../../../src/core/learn.ts';
import {
  countFailure,
  countSuccess,
  countVerdict,
  decodePopulation,
  emptyPopulation,
  encodePopulation,
  MAX_VERDICTS,
  mayTeachPopulation,
  POPULATION_LEVELS,
  POPULATION_LIMITS,
  PopulationFormatError,
  populationFacts,
  populationKeys,
  VERDICT_WEIGHT,
} from '../../../src/core/model/population.ts';
import { seededRandom } from '../../support/random.ts';

const T = Date.UTC(2026, 0, 5, 9);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const keys = (change: Partial<Features> = {}) =>
  populationKeys({
    address: 1,
    network: 2,
    as: 3,
    country: 4,
    place: 5,
    device: 6,
    client: 7,
    browser: 8,
    os: 9,
    tls: 10,
    hour: 11,
    ...change,
  });

describe('who may teach the population', () => {
  const settled = { ...emptyProfile(T / HOUR - 30 * 24), logins: 20, countedAt_h: T / HOUR - 24 };

  it.each([
    ['nobody without a profile', null, false],
    ['a settled account', settled, true],
    ['not an account of six days', { ...settled, createdAt_h: T / HOUR - 6 * 24 }, false],
    ['not an account with two logins', { ...settled, logins: 2 }, false],
    ['not the same account twice within 20 h', { ...settled, countedAt_h: T / HOUR - 3 }, false],
  ])('%s', (_name, profile, may) => {
    expect(mayTeachPopulation(profile, T)).toBe(may);
  });
});

describe('counts', () => {
  it('a value gains one for each legitimate login, at every level', () => {
    const population = emptyPopulation(T);
    for (let i = 0; i < 5; i++) countSuccess(population, keys(), T, null);
    const facts = populationFacts(population, keys(), T);
    for (const level of POPULATION_LEVELS) expect(facts[level].successes).toBe(5);
    expect(facts.logins).toBe(5);
    expect(populationFacts(population, keys({ as: 99 }), T).ases.successes).toBe(0);
  });

  it('fade with a time constant of 60 days, whichever way the counts are asked', () => {
    const population = emptyPopulation(T);
    countSuccess(population, keys(), T, null);
    expect(populationFacts(population, keys(), T + 60 * DAY).logins).toBeCloseTo(Math.exp(-1), 9);
    countSuccess(population, keys(), T + 60 * DAY, null);
    expect(populationFacts(population, keys(), T + 60 * DAY).ases.successes).toBeCloseTo(1 + Math.exp(-1), 9);
  });

  it('a user who passes challenge after challenge counts once a day', () => {
    const population = emptyPopulation(T);
    for (let i = 0; i < 50; i++) countSuccess(population, keys(), T + i * 60_000, 777);
    expect(populationFacts(population, keys(), T).ases.successes).toBe(1);
    countSuccess(population, keys(), T + DAY, 777);
    expect(populationFacts(population, keys(), T).ases.successes).toBeGreaterThan(1.9);
  });

  it('147 failures of one name from one system count once', () => {
    const population = emptyPopulation(T);
    for (let i = 0; i < 147; i++) countFailure(population, keys(), T + i * 1_000, 5);
    expect(populationFacts(population, keys(), T).ases.failures).toBe(1);
  });

  it('a clock that leaps a thousand years and back leaves finite counts', () => {
    const population = emptyPopulation(T);
    for (const at of [T, T + 1_000 * 365 * DAY, T, T - 400 * DAY, T + DAY]) {
      countSuccess(population, keys(), at, null);
      countFailure(population, keys(), at, null);
      for (const asked of [T, at, T - DAY]) {
        const facts = populationFacts(population, keys(), asked);
        expect(Number.isFinite(facts.ases.successes)).toBe(true);
        expect(facts.ases.successes).toBeLessThanOrEqual(5);
        expect(Number.isFinite(facts.logins)).toBe(true);
      }
    }
  });
});

describe('attacks without labels', () => {
  it('are the failures beyond what the least attacked segment shows', () => {
    const population = emptyPopulation(T);
    const random = seededRandom(3);
    for (let i = 0; i < 4_000; i++) {
      const as = 100 + Math.floor(random() * 10);
      countSuccess(population, keys({ as }), T + i * 60_000, null);
      if (random() < 0.1) countFailure(population, keys({ as }), T + i * 60_000, 10_000 + i);
      if (random() < 0.3) countFailure(population, keys({ as: 666 }), T + i * 60_000, 20_000 + i);
    }
    const at = T + 4_000 * 60_000;
    const attacked = populationFacts(population, keys({ as: 666 }), at);
    const ordinary = populationFacts(population, keys({ as: 103 }), at);
    expect(attacked.ratio).toBeGreaterThan(0.05);
    expect(attacked.ratio).toBeLessThan(0.15);
    expect(attacked.ases.failures).toBeGreaterThan(1_000);
    expect(attacked.attacks / attacked.ases.failures).toBeGreaterThan(0.9);
    expect(ordinary.ases.failures - ordinary.ratio * ordinary.ases.successes).toBeLessThan(30);
  });
});

describe('verdicts', () => {
  it('weigh a quarter of a login, once a decision, and the latest counts', () => {
    const population = emptyPopulation(T);
    const verdicts = () => populationFacts(population, keys(), T).ases.verdicts;
    countVerdict(population, keys(), 1, 1);
    countVerdict(population, keys(), 1, 1);
    expect(verdicts()).toBe(VERDICT_WEIGHT);
    countVerdict(population, keys(), 1, -1);
    expect(verdicts()).toBe(0);
    countVerdict(population, keys(), 1, 1);
    countVerdict(population, keys(), 2, -1);
    expect(verdicts()).toBe(VERDICT_WEIGHT);
  });

  it('never gather more than the cap', () => {
    const population = emptyPopulation(T);
    for (let i = 0; i < 1_000; i++) countVerdict(population, keys(), i, 1);
    expect(populationFacts(population, keys(), T).ases.verdicts).toBe(MAX_VERDICTS);
  });
});

describe('bounds', () => {
  it('a flood of invented values never pushes out what people use', () => {
    const population = emptyPopulation(T);
    for (let i = 0; i < 50; i++) countSuccess(population, keys(), T, null);
    for (let i = 0; i < 20_000; i++) {
      countFailure(population, keys({ as: 1_000 + i, client: 50_000 + i, country: i, tls: i }), T, i);
    }
    for (const level of POPULATION_LEVELS) {
      expect(population.levels[level].keys.length).toBeLessThanOrEqual(POPULATION_LIMITS[level]);
    }
    expect(populationFacts(population, keys(), T).ases.successes).toBe(50);
    expect(encodePopulation(population).byteLength).toBeLessThan(150_000);
  });
});

describe('a snapshot', () => {
  it('goes on exactly where it was taken', () => {
    const random = seededRandom(9);
    const feed = (population: ReturnType<typeof emptyPopulation>, from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const at = T + i * HOUR;
        const some = keys({ as: i % 700, client: i % 1_500, os: i % 7 });
        if (i % 3 === 0) countFailure(population, some, at, i % 50);
        else countSuccess(population, some, at, i % 5 === 0 ? i % 90 : null);
        if (i % 40 === 0) countVerdict(population, some, i, random() < 2 ? 1 : 0);
      }
      return population;
    };
    const straight = feed(emptyPopulation(T), 0, 3_000);
    const stopped = decodePopulation(encodePopulation(feed(emptyPopulation(T), 0, 1_700)));
    expect(encodePopulation(feed(stopped, 1_700, 3_000))).toEqual(encodePopulation(straight));
  });

  it.each(['', '{', '{"format":9}', '[]'])('of another format is refused: %s', (text) => {
    expect(() => decodePopulation(new TextEncoder().encode(text))).toThrow(PopulationFormatError);
  });
});
