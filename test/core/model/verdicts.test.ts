import { describe, expect, it } from 'vitest';
import type { Features } from '../../../src/core/facts.ts';
import { known } from '../../../src/core/known.ts';
import { MODEL } from '../../../src/core/model/model.ts';
import {
  countFailure,
  countSuccess,
  countVerdict,
  emptyPopulation,
  type Population,
  populationFacts,
  populationKeys,
} from '../../../src/core/model/population.ts';
import { createScorer } from '../../../src/core/score.ts';
import {
  all,
  BASE_EVENT,
  BASE_FACTS,
  nextDoor,
  STRANGE,
  strangeDevice,
  withFeatures,
} from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';
import { seededRandom } from '../../support/random.ts';

const NOW_ms = BASE_EVENT.occurredAt_ms;
const score = createScorer(SIGNALS, MODEL.caps, MODEL.weights);

const strange = all(
  strangeDevice,
  nextDoor,
  withFeatures({ client: STRANGE.client, browser: STRANGE.browser, os: STRANGE.os, tls: 0x7777 }),
)(BASE_FACTS);

function scoreWith(population: Population): number {
  const facts = {
    ...strange,
    population: known(populationFacts(population, populationKeys(strange.features), NOW_ms)),
  };
  return score(BASE_EVENT, facts, -5.3).logOdds;
}

/** Tenants of every kind: empty, small, large, with and without attacks on the very values of the stranger. */
function tenant(seed: number): Population {
  const random = seededRandom(seed);
  const population = emptyPopulation(NOW_ms);
  const size = [0, 5, 60, 400, 3_000][seed % 5] ?? 0;
  for (let i = 0; i < size; i++) {
    const same = random() < 0.3;
    const features: Features = same
      ? strange.features
      : { ...strange.features, as: Math.floor(random() * 50), client: Math.floor(random() * 90) };
    if (random() < 0.6) countSuccess(population, populationKeys(features), NOW_ms, null);
    else countFailure(population, populationKeys(features), NOW_ms, i);
  }
  return population;
}

describe('one verdict', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'never moves the score of another user by more than 0.5 nats (tenant %i)',
    (seed) => {
      const population = tenant(seed);
      const keys = populationKeys(strange.features);
      for (let i = 0; i < seed * 3; i++) countVerdict(population, keys, 1_000 + i, 1);
      const before = scoreWith(population);
      countVerdict(population, keys, 1, 1);
      const wrong = scoreWith(population);
      expect(Math.abs(wrong - before)).toBeLessThanOrEqual(0.5);
      countVerdict(population, keys, 1, -1);
      expect(scoreWith(population)).toBeCloseTo(before, 9);
    },
  );

  it('that contradicts itself again and again leaves what the last one says', () => {
    const population = tenant(3);
    const keys = populationKeys(strange.features);
    const before = scoreWith(population);
    for (let i = 0; i < 100; i++) countVerdict(population, keys, 1, i % 2 === 0 ? 1 : -1);
    expect(scoreWith(population)).toBe(before);
  });

  it('of many analysts is heard, and bounded', () => {
    const population = tenant(2);
    const keys = populationKeys(strange.features);
    const before = scoreWith(population);
    for (let i = 0; i < 500; i++) countVerdict(population, keys, i, 1);
    const after = scoreWith(population);
    expect(after).toBeGreaterThan(before + 0.5);
    expect(after).toBeLessThan(before + 4);
  });
});
