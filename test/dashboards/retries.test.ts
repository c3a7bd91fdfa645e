import { expect, test } from 'vitest';
import { ApiProblem } from '../../dashboards/src/api/problem.ts';
import { createQueryClient } from '../../dashboards/src/api/queries.ts';

const { retry } = createQueryClient(() => {}).getDefaultOptions().queries ?? {};
const isTriedAgain = (failures: number, problem: Partial<ApiProblem>): boolean =>
  typeof retry === 'function' &&
  retry(failures, new ApiProblem({ status: 0, title: 'It failed', ...problem })) === true;

test('what failed is asked for twice more, where waiting helps', () => {
  expect(isTriedAgain(0, { status: 503 })).toBe(true);
  expect(isTriedAgain(1, {})).toBe(true);
  expect(isTriedAgain(2, { status: 503 })).toBe(false);
  expect(isTriedAgain(0, { status: 404 })).toBe(false);
});

test('a server that did not answer in time is said to hang at once, not after three times as long', () => {
  expect(isTriedAgain(0, { timedOut: true })).toBe(false);
});
