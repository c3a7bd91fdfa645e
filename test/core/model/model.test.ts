import { describe, expect, it } from 'vitest';
import { MODEL, MODELS } from '../../../src/core/model/model.ts';
import { recompute } from '../../../src/core/model/recompute.ts';
import { createScorer } from '../../../src/core/score.ts';
import { CATEGORIES } from '../../../src/core/signal.ts';
import { BASE_EVENT, BASE_FACTS } from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';

describe.each([...MODELS.values()].map((model) => [model.version, model] as const))(
  'model %s',
  (_, model) => {
    it('is monotone: no weight is negative, and clips enclose 0', () => {
      for (const { alpha, lo, hi } of Object.values(model.weights)) {
        expect(alpha).toBeGreaterThanOrEqual(0);
        expect(lo).toBeLessThanOrEqual(0);
        expect(hi).toBeGreaterThanOrEqual(0);
      }
      for (const category of CATEGORIES) {
        expect(model.caps[category].positive).toBeGreaterThan(0);
        expect(model.caps[category].negative).toBeGreaterThanOrEqual(0);
      }
    });

    it('computes every decision again from its recorded evidence, to the bit', () => {
      const score = createScorer(SIGNALS, model.caps, model.weights);
      for (const signal of SIGNALS) {
        for (const example of Object.values(signal.examples).flat()) {
          const scored = score(
            example.event?.(BASE_EVENT) ?? BASE_EVENT,
            example.facts?.(BASE_FACTS) ?? BASE_FACTS,
            -5.3,
          );
          // As it comes back from the log: evidence before weights, nothing else.
          const again = recompute(JSON.parse(JSON.stringify(scored.signals)), scored.priorLogOdds, model);
          expect(again.logOdds).toBe(scored.logOdds);
          expect(again.score).toBe(scored.score);
          expect(again.signals.map(({ logOdds }) => logOdds)).toEqual(
            scored.signals.map(({ logOdds }) => logOdds),
          );
        }
      }
    });
  },
);

it('the model of the day knows every signal, says what made it, and is one of those that can be loaded', () => {
  expect(MODELS.get(MODEL.version)).toBe(MODEL);
  expect(Object.keys(MODEL.weights).sort()).toEqual(SIGNALS.map(({ id }) => id).sort());
  expect(MODEL.fitted?.command).toMatch(/^npm run fit/);
  expect(MODEL.fitted?.code).toMatch(/^[0-9a-f]{16}$/);
});
