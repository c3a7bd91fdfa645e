import type { Logger } from 'pino';
import { JOBS, type Jobs } from '../workers/catalog.ts';
import { type CarriedLog, createErasureSweep, type EraseUpTo } from '../workers/erasure-sweep.ts';
import { createPopulationSnapshots, type PopulationState } from '../workers/population-snapshots.ts';
import { createEmbeddedJobRunner } from './adapters/embedded/job-runner.ts';
import type { Clock } from './ports/clock.ts';
import type { JobHandlers, JobRunner } from './ports/job-runner.ts';

/** What the jobs of the catalog work on. */
export interface JobDependencies {
  readonly carriedLog: CarriedLog;
  readonly eraseUpTo: EraseUpTo;
  /** Makes the expiry of analytics what the configuration says. */
  readonly applyRetention: () => Promise<void>;
  readonly refreshFeeds: () => Promise<void>;
  readonly population: PopulationState;
}

/** What both ways of running the jobs need. */
export interface JobOptions {
  readonly dependencies: JobDependencies;
  /** 0: the network lists are read once. */
  readonly listReload_s: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs the catalog alone, on the data directory. */
export function startEmbeddedJobs(options: JobOptions & { readonly path: string }): JobRunner<Jobs> {
  const { path, clock, log } = options;
  const handlers = handlersOf(options.dependencies);
  const runner = createEmbeddedJobRunner({ catalog: JOBS, handlers, path, clock, log });
  scheduleAll(runner, options);
  return runner;
}

export function handlersOf(dependencies: JobDependencies): JobHandlers<Jobs> {
  const { carriedLog, eraseUpTo, applyRetention, refreshFeeds, population } = dependencies;
  return {
    'erasure-sweep': createErasureSweep({ log: carriedLog, eraseUpTo }),
    retention: applyRetention,
    'feed-refresh': refreshFeeds,
    'population-snapshots': createPopulationSnapshots(population),
  };
}

/** Does not wait: a Redis that is away now keeps nobody from starting, and is asked again until it answers. */
export function scheduleAll(runner: JobRunner<Jobs>, { listReload_s, log }: JobOptions): void {
  const all = async (): Promise<void> => {
    await runner.schedule('retention', {});
    await runner.schedule('population-snapshots', {});
    if (listReload_s > 0) await runner.schedule('feed-refresh', {}, listReload_s * 1_000);
    else await runner.unschedule('feed-refresh');
  };
  all().catch((error: unknown) =>
    log.error({ err: error }, 'recurring jobs could not be scheduled; those of an earlier start go on'),
  );
}
