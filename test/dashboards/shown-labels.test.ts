import { expect, test } from 'vitest';
import { shownLabels } from '../../dashboards/src/charts/shown-labels.ts';

/** A label every fourth day of a month. */
const DAYS = Array.from({ length: 32 }, (_, day) => (day % 4 === 0 ? `${day + 1} Nov` : ''));

test('all labels are shown where there is room for them', () => {
  expect([...shownLabels(DAYS, 900)]).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
});

test('labels that are left out are left out evenly', () => {
  expect([...shownLabels(DAYS, 260)]).toEqual([0, 8, 16, 24]);
  expect([...shownLabels(DAYS, 10)]).toEqual([0]);
});

test('nothing is shown where nothing is written', () => {
  expect([...shownLabels([], 300)]).toEqual([]);
  expect([...shownLabels(['', ''], 300)]).toEqual([]);
});
