import type { Measured } from './metrics/measure.ts';

/** One figure over the seeds of a world. */
export interface Figure {
  /** Mean of the seeds. */
  readonly value: number;
  /** 95 % interval of that mean, by the bootstrap over users. */
  readonly low: number;
  readonly high: number;
  /** Smallest and largest of the seeds. */
  readonly least: number;
  readonly most: number;
}

export type Summary = ReadonlyMap<string, Figure>;

/** Brings the seeds of one kind of world together. Seeds that lack a figure (`NaN`: no such event) are left out of it. */
export function summarize(runs: readonly Measured[]): Summary {
  const keys = new Set(runs.flatMap(({ figures }) => [...figures.keys()]));
  return new Map([...keys].map((key) => [key, figureOf(runs, key)]));
}

function figureOf(runs: readonly Measured[], key: string): Figure {
  const having = runs.filter(({ figures }) => Number.isFinite(figures.get(key)));
  const values = having.map(({ figures }) => figures.get(key) ?? Number.NaN);
  const draws = Math.min(...having.map((run) => run.draws.get(key)?.length ?? 0));
  const means: number[] = [];
  for (let b = 0; b < (Number.isFinite(draws) ? draws : 0); b++) {
    const mean = meanOf(having.map((run) => run.draws.get(key)?.[b] ?? Number.NaN));
    if (Number.isFinite(mean)) means.push(mean);
  }
  means.sort((a, b) => a - b);
  return {
    value: meanOf(values),
    low: quantile(means, 0.025),
    high: quantile(means, 0.975),
    least: values.length === 0 ? Number.NaN : Math.min(...values),
    most: values.length === 0 ? Number.NaN : Math.max(...values),
  };
}

/** Of the finite values. */
export function meanOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? Number.NaN : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** Of ascending values, by the nearest rank. */
export function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(p * (sorted.length - 1))))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};
