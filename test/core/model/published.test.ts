import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { MODELS, type Model } from '../../../src/core/model/model.ts';

/**
 * Weights and caps of every version that decisions may name. Whoever fits again after a version was published raises
 * `VERSION` in bench/fit/main.ts, keeps the old file, and adds the new version here.
 */
const PUBLISHED: Readonly<Record<string, string>> = {
  'hand-1': 'b06bde07bb84ff9b',
  m1: 'f70b0ae2654a1f96',
  m2: 'c91f900ba77c224b',
  m3: '27a797153dd1c9b5',
};

it('weights and caps of a published version never change: recorded decisions are recomputed with them', () => {
  expect(Object.fromEntries([...MODELS].map(([version, model]) => [version, digest(model)]))).toEqual(
    PUBLISHED,
  );
});

function digest({ weights, caps }: Model): string {
  return createHash('sha256').update(JSON.stringify({ weights, caps })).digest('hex').slice(0, 16);
}
