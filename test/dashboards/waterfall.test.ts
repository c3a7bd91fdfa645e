import { describe, expect, test } from 'vitest';
import type { Signal } from '../../dashboards/src/api/types.ts';
import {
  DEFAULT_THRESHOLDS,
  isWhole,
  layOut,
  logistic,
  logit,
  percentOf,
  ticksBetween,
} from '../../dashboards/src/lib/waterfall.ts';

const signal = (id: string, logOdds: number, rest: Partial<Signal> = {}): Signal => ({
  id,
  category: id.slice(0, id.indexOf('.')),
  state: 'evidence',
  log_odds: logOdds,
  raw_log_odds: logOdds,
  details: {},
  ...rest,
});

const quiet = (id: string, state: 'neutral' | 'abstain'): Signal => signal(id, 0, { state });

const SIGNALS = [
  signal('network.hosting', 1.25, { raw_log_odds: 1.9 }),
  quiet('velocity.address_failures', 'neutral'),
  signal('account.history', -0.6),
  signal('location.impossible_travel', 2.1),
  quiet('location.rtt', 'abstain'),
];
const RISK = { prior_log_odds: -5.3, log_odds: -5.3 + 1.25 - 0.6 + 2.1 };

describe('the waterfall of a decision', () => {
  test('leads from the prior to the stated total without a gap', () => {
    const layout = layOut(RISK, SIGNALS, DEFAULT_THRESHOLDS);
    expect(layout.steps[0]?.start).toBe(RISK.prior_log_odds);
    for (const [index, step] of layout.steps.entries()) {
      expect(step.end - step.start).toBeCloseTo(step.signal.log_odds, 12);
      expect(step.start).toBe(index === 0 ? layout.prior : layout.steps[index - 1]?.end);
    }
    expect(layout.steps.at(-1)?.end).toBeCloseTo(layout.total, 9);
    expect(isWhole(layout)).toBe(true);
  });

  test('shows only evidence, the largest share first whichever way it points', () => {
    const ids = layOut(RISK, SIGNALS, DEFAULT_THRESHOLDS).steps.map((step) => step.signal.id);
    expect(ids).toEqual(['location.impossible_travel', 'network.hosting', 'account.history']);
  });

  test('is the same picture for the same record in any order', () => {
    const tied = [signal('b.two', 1), signal('a.one', -1), signal('c.three', 1)];
    const risk = { prior_log_odds: -5.3, log_odds: -4.3 };
    const forward = layOut(risk, tied, DEFAULT_THRESHOLDS);
    expect(layOut(risk, tied.toReversed(), DEFAULT_THRESHOLDS)).toEqual(forward);
    expect(forward.steps.map((step) => step.signal.id)).toEqual(['a.one', 'b.two', 'c.three']);
  });

  test('says when a share is not what the judge said', () => {
    const weighed = layOut(RISK, SIGNALS, DEFAULT_THRESHOLDS)
      .steps.filter((step) => step.weighed)
      .map((step) => step.signal.id);
    expect(weighed).toEqual(['network.hosting']);
  });

  test('admits a record whose parts do not add up', () => {
    const layout = layOut({ prior_log_odds: -5.3, log_odds: 2 }, SIGNALS, DEFAULT_THRESHOLDS);
    expect(isWhole(layout)).toBe(false);
    expect(layout.residual).toBeCloseTo(2 - RISK.log_odds, 9);
  });

  test('keeps every bar and the lines of the levels on its axis', () => {
    for (const signals of [[], SIGNALS, [signal('device.known', -9)], [signal('account.leaked', 14)]]) {
      const total = signals.reduce((sum, { log_odds }) => sum + log_odds, -5.3);
      const layout = layOut({ prior_log_odds: -5.3, log_odds: total }, signals, DEFAULT_THRESHOLDS);
      const values = [layout.prior, layout.total, ...layout.steps.flatMap((step) => [step.start, step.end])];
      for (const value of [...values, ...layout.thresholds.map((line) => line.logOdds)]) {
        expect(value).toBeGreaterThan(layout.domain.min);
        expect(value).toBeLessThan(layout.domain.max);
        expect(percentOf(layout, value)).toBeGreaterThan(0);
        expect(percentOf(layout, value)).toBeLessThan(100);
      }
      expect(layout.thresholds.map((line) => line.name)).toEqual(expect.arrayContaining(['medium', 'high']));
    }
  });

  test('puts the lines where the default policy changes its mind', () => {
    const lines = new Map(
      layOut(
        { prior_log_odds: -5.3, log_odds: 5 },
        [signal('account.leaked', 10.3)],
        DEFAULT_THRESHOLDS,
      ).thresholds.map((line) => [line.name, line.logOdds]),
    );
    expect(lines.get('medium')).toBeCloseTo(-2.944, 3);
    expect(lines.get('high')).toBe(0);
    expect(lines.get('block')).toBeCloseTo(3.892, 3);
  });

  test('draws the block line only when something comes near it', () => {
    const names = layOut(RISK, SIGNALS, DEFAULT_THRESHOLDS).thresholds.map((line) => line.name);
    expect(names).not.toContain('block');
  });

  test('ignores thresholds that are no probabilities', () => {
    const layout = layOut(RISK, SIGNALS, { medium: 0, high: 1, block: null });
    expect(layout.thresholds).toEqual([]);
  });
});

test('log-odds and probability are each other’s inverse', () => {
  for (const probability of [0.0001, 0.005, 0.05, 0.5, 0.98, 0.9999]) {
    expect(logistic(logit(probability))).toBeCloseTo(probability, 12);
  }
});

test('ticks are round, inside the bounds and few', () => {
  expect(ticksBetween(-5.8, 1.9, 8)).toEqual([-5, -4, -3, -2, -1, 0, 1]);
  for (const [min, max] of [
    [-0.3, 0.2],
    [-15, 20],
    [-400, 300],
  ] as const) {
    const ticks = ticksBetween(min, max, 8);
    expect(ticks.length).toBeLessThanOrEqual(9);
    for (const tick of ticks) {
      expect(tick).toBeGreaterThanOrEqual(min);
      expect(tick).toBeLessThanOrEqual(max);
    }
  }
});
