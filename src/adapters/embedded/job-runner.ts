import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import type { BaseLogger } from 'pino';
import type { Clock } from '../../ports/clock.ts';
import type { JobCatalog, JobCounts, JobHandlers, JobRunner } from '../../ports/job-runner.ts';
import { written } from './lmdb-write.ts';

export interface EmbeddedJobRunnerOptions<Catalog extends JobCatalog> {
  readonly catalog: Catalog;
  readonly handlers: JobHandlers<Catalog>;
  /** Directory of the jobs' own LMDB environment; made when absent. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'warn' | 'error'>;
}

/** A job as it is kept, under its name and id. One under way is not marked: after a kill it simply runs again. */
interface Kept {
  readonly job: string;
  readonly id: string;
  readonly data: unknown;
  readonly attempts: number;
  readonly runAt_ms: number;
  readonly every_ms: number | null;
  readonly failed: boolean;
  readonly reason: string;
}

const LONGEST_WAIT_MS = 60_000;

/** Jobs of one process, in LMDB. */
export function createEmbeddedJobRunner<Catalog extends JobCatalog>(
  options: EmbeddedJobRunnerOptions<Catalog>,
): JobRunner<Catalog> {
  const { catalog, handlers, clock, log } = options;
  mkdirSync(options.path, { recursive: true, mode: 0o700 });
  const root = open({ path: options.path, maxDbs: 1, eventTurnBatching: false });
  const kept = root.openDB<Kept, string>({ name: 'jobs', encoding: 'json' });
  /** Keys under way. */
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const keyOf = (job: string, id: string): string => `${job}/${id}`;
  const under = (job: string): number =>
    [...running.keys()].filter((key) => key.startsWith(`${job}/`)).length;

  /** Starts what is due, and sleeps until the next one is. */
  function look(): void {
    if (closed) return;
    if (timer !== null) clearTimeout(timer);
    const now_ms = clock();
    let next_ms = now_ms + LONGEST_WAIT_MS;
    for (const { key, value } of kept.getRange()) {
      if (value.failed || running.has(key) || catalog[value.job] === undefined) continue;
      if (value.runAt_ms > now_ms) next_ms = Math.min(next_ms, value.runAt_ms);
      else if (under(value.job) < (catalog[value.job]?.concurrency ?? 1)) start(key, value);
    }
    timer = setTimeout(look, Math.max(1, next_ms - now_ms));
    timer.unref();
  }

  function start(key: string, job: Kept): void {
    running.set(
      key,
      run(key, job)
        .catch((error: unknown) =>
          log.error({ err: error, job: job.job }, 'what became of a job was not kept'),
        )
        .finally(() => {
          running.delete(key);
          look();
        }),
    );
  }

  async function run(key: string, job: Kept): Promise<void> {
    const definition = catalog[job.job];
    const handle = handlers[job.job] as ((data: unknown) => Promise<void>) | undefined;
    if (definition === undefined || handle === undefined) return;
    try {
      await handle(definition.parse(job.data));
    } catch (error) {
      const attempts = job.attempts + 1;
      const left = definition.attempts - attempts;
      const reason = error instanceof Error ? error.message : String(error);
      failures.set(job.job, (failures.get(job.job) ?? 0) + 1);
      log.error(
        { err: error, job: job.job, left },
        left > 0 ? 'a job failed; it is tried again' : 'a job failed',
      );
      const runAt_ms = clock() + definition.backoff_ms * 2 ** (attempts - 1);
      if (left > 0) await written(kept.put(key, { ...job, attempts, runAt_ms, reason }));
      else await keepFailed(key, { ...job, attempts, reason, failed: true });
      return;
    }
    await again(key, job);
  }

  /** One that comes again goes on although this time failed, which stays to be seen beside it. */
  async function keepFailed(key: string, job: Kept): Promise<void> {
    if (job.every_ms === null) {
      await written(kept.put(key, job));
      return;
    }
    const id = `${job.id}-${job.runAt_ms}`;
    await written(kept.put(keyOf(job.job, id), { ...job, id, every_ms: null }));
    await again(key, job);
  }

  async function again(key: string, job: Kept): Promise<void> {
    if (job.every_ms === null) await written(kept.remove(key));
    else {
      // As it stands now: its pace may have changed while it ran, or it may come no more.
      await written(
        kept.transaction(() => {
          const known = kept.get(key);
          if (known === undefined || known.every_ms === null) return;
          const runAt_ms = clock() + known.every_ms;
          kept.put(key, { ...known, attempts: 0, runAt_ms, failed: false, reason: '' });
        }),
      );
    }
  }

  const fresh = (
    job: string,
    id: string,
    data: unknown,
    runAt_ms: number,
    every_ms: number | null,
  ): Kept => ({
    ...{ job, id, data, every_ms, runAt_ms },
    ...{ attempts: 0, failed: false, reason: '' },
  });
  look();

  return {
    async add(job, data) {
      const id = catalog[job]?.idOf(data as never) ?? job;
      const runAt_ms = clock() + (catalog[job]?.delay_ms ?? 0);
      await written(
        kept.ifNoExists(keyOf(job, id), () => kept.put(keyOf(job, id), fresh(job, id, data, runAt_ms, null))),
      );
      look();
    },
    async schedule(job, data, every) {
      const every_ms = every ?? catalog[job]?.every_ms ?? null;
      if (every_ms === null) throw new RangeError(`${job} does not come again by itself`);
      const key = keyOf(job, `every-${job}`);
      await written(
        kept.transaction(() => {
          const known = kept.get(key);
          const next =
            known === undefined
              ? fresh(job, `every-${job}`, data, clock(), every_ms)
              : { ...known, data, every_ms, runAt_ms: Math.min(known.runAt_ms, clock() + every_ms) };
          kept.put(key, next);
        }),
      );
      look();
    },
    async unschedule(job) {
      await written(kept.remove(keyOf(job, `every-${job}`)));
    },
    failed: async (limit) =>
      [...kept.getRange()]
        .filter(({ value }) => value.failed)
        .slice(0, limit)
        .map(({ value: { job, id, attempts, reason } }) => ({ job, id, attempts, reason })),
    async resend(job, id) {
      const found = kept.get(keyOf(job, id));
      if (found === undefined || !found.failed) return false;
      await written(kept.put(keyOf(job, id), { ...found, attempts: 0, runAt_ms: clock(), failed: false }));
      look();
      return true;
    },
    async counts() {
      // Asked once: with a clock that goes on between two questions, jobs that wait for nobody would seem late.
      const now_ms = clock();
      const all: Record<string, JobCounts> = {};
      for (const job of Object.keys(catalog)) {
        const ofJob = [...kept.getRange()].filter(({ value }) => value.job === job);
        const failed = ofJob.filter(({ value }) => value.failed).length;
        const due = ofJob.filter(({ key, value }) => !value.failed && !running.has(key));
        const oldest_ms = Math.min(now_ms, ...due.map(({ value }) => value.runAt_ms));
        all[job] = {
          waiting: ofJob.length - failed,
          failed,
          lag_ms: now_ms - oldest_ms,
          failures: failures.get(job) ?? 0,
        };
      }
      return all;
    },
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await Promise.all(running.values());
      await root.flushed;
      await root.close();
    },
  };
}
