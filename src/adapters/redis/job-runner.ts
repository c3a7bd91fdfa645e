import { setTimeout as wait } from 'node:timers/promises';
import { type ConnectionOptions, type Job, Queue, Worker } from 'bullmq';
import type { BaseLogger } from 'pino';
import type { Clock } from '../../ports/clock.ts';
import type { FailedJob, JobCatalog, JobCounts, JobHandlers, JobRunner } from '../../ports/job-runner.ts';
import type { RedisClient } from './connect.ts';

export interface RedisJobRunnerOptions<Catalog extends JobCatalog> {
  readonly catalog: Catalog;
  readonly handlers: JobHandlers<Catalog>;
  /** A client of its own, without limits on retries, as BullMQ waits on it; it stays the caller's to close. */
  readonly redis: RedisClient;
  /** As that of the keys. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'warn' | 'error'>;
  /** How long a worker that was killed is waited for. */
  readonly lock_ms?: number;
}

const LOCK_MS = 30_000;
/** Half of the 30 s that Kubernetes waits by default before it kills. */
const CLOSE_WAIT_MS = 15_000;

/** Jobs in BullMQ: a queue for each kind, all of them in one slot of a Redis Cluster. */
export function createRedisJobRunner<Catalog extends JobCatalog>(
  options: RedisJobRunnerOptions<Catalog>,
): JobRunner<Catalog> {
  const { catalog, handlers, prefix, clock, log, lock_ms = LOCK_MS } = options;
  const shared = { connection: options.redis as unknown as ConnectionOptions, prefix: `{${prefix}-jobs}` };
  const queues = new Map<string, Queue>();
  const workers: Worker[] = [];
  const failures = new Map<string, number>();
  const silenced = (error: Error): void => log.warn({ err: error }, 'the queue of jobs does not answer');

  for (const [name, definition] of Object.entries(catalog)) {
    const queue = new Queue(name, {
      ...shared,
      defaultJobOptions: {
        attempts: definition.attempts,
        backoff: { type: 'exponential', delay: definition.backoff_ms },
        removeOnComplete: true,
        // Failed ones stay until somebody looks.
        removeOnFail: false,
      },
    });
    queue.on('error', silenced);
    queues.set(name, queue);
    const handle = handlers[name] as (data: unknown) => Promise<void>;
    const worker = new Worker(name, (job: Job) => handle(definition.parse(job.data)), {
      ...shared,
      concurrency: definition.concurrency,
      lockDuration: lock_ms,
      stalledInterval: lock_ms,
      // A kill is nobody's fault: it does not count as a try.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    worker.on('error', silenced);
    worker.on('failed', (job, error) => {
      const left = definition.attempts - (job?.attemptsMade ?? 0);
      failures.set(name, (failures.get(name) ?? 0) + 1);
      log.error(
        { err: error, job: name, left },
        left > 0 ? 'a job failed; it is tried again' : 'a job failed',
      );
    });
    workers.push(worker);
  }

  const queueOf = (name: string): Queue => {
    const queue = queues.get(name);
    if (queue === undefined) throw new RangeError(`there is no job ${name}`);
    return queue;
  };

  return {
    async add(name, data) {
      const id = catalog[name]?.idOf(data as never) ?? name;
      await queueOf(name).add(name, data, { jobId: id, delay: catalog[name]?.delay_ms ?? 0 });
    },
    async schedule(name, data, every_ms) {
      const every = every_ms ?? catalog[name]?.every_ms ?? null;
      if (every === null) throw new RangeError(`${name} does not come again by itself`);
      await queueOf(name).upsertJobScheduler(name, { every }, { name, data });
    },
    async unschedule(name) {
      await queueOf(name).removeJobScheduler(name);
    },
    async failed(limit) {
      const found: FailedJob[] = [];
      for (const [name, queue] of queues) {
        for (const job of await queue.getFailed(0, limit - 1)) {
          found.push({
            job: name,
            id: job.id ?? '',
            attempts: job.attemptsMade,
            reason: job.failedReason ?? '',
          });
        }
      }
      return found.slice(0, limit);
    },
    async resend(name, id) {
      const job = (await queues.get(name)?.getJob(id)) as Job | undefined;
      if (job === undefined || (await job.getState()) !== 'failed') return false;
      await job.retry('failed', { resetAttemptsMade: true });
      return true;
    },
    async counts() {
      const all: Record<string, JobCounts> = {};
      for (const [name, queue] of queues) {
        const { failed = 0, ...others } = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
        all[name] = {
          waiting: Object.values(others).reduce((sum, n) => sum + n, 0),
          failed,
          lag_ms: lagOf(await queue.getJobs(['waiting'], 0, 0, true), clock()),
          failures: failures.get(name) ?? 0,
        };
      }
      return all;
    },
    async close() {
      const ended = Promise.all(workers.map((worker) => worker.close()))
        .then(() => Promise.all([...queues.values()].map((queue) => queue.close())))
        .then(() => true)
        .catch((error: unknown) => {
          silenced(error instanceof Error ? error : new Error(String(error)));
          return true;
        });
      const timer = new AbortController();
      // A queue whose Redis was killed may never say that it has ended. Its jobs are not lost: others take them over.
      const inTime = await Promise.race([ended, wait(CLOSE_WAIT_MS, false, { signal: timer.signal })]);
      if (!inTime) log.warn('the queue of jobs did not end in time');
      timer.abort();
    },
  };
}

/** BullMQ does not say when a job that failed once became due again; such a job shows among the failures. */
function lagOf([oldest]: readonly (Job | undefined)[], now_ms: number): number {
  if (oldest === undefined || oldest.attemptsMade > 0) return 0;
  return Math.max(0, now_ms - oldest.timestamp - (oldest.opts.delay ?? 0));
}
