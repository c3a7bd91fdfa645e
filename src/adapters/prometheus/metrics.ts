import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AnalyticsStatus } from '../../ports/analytics.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DependencyState } from '../../ports/dependency-state.ts';
import type { JobCounts } from '../../ports/job-runner.ts';
import type { Metrics } from '../../ports/metrics.ts';

/**
 * Bounds in seconds. A decision takes well under a millisecond and its budget is 50 ms, so the buckets are dense there;
 * the tail serves searches, panels and exports.
 */
const DURATION_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Until a scrape goes on without the queue of jobs. */
const JOBS_WAIT_MS = 1_000;
/** The same for the dependencies, which are given up one after the other. */
const DEPENDENCIES_WAIT_MS = 3_000;

/** Whose latency the dashboards show. */
const DECISION_ROUTE = '/v1/risk';

/** A registry of its own (prom-client's global one is shared by everything in the process), with process metrics. */
export function createMetrics(options: {
  /** Asked once a scrape, for how far analytics is behind; a failure leaves the gauges as they were. */
  readonly analyticsStatus: () => Promise<AnalyticsStatus>;
  /** Asked once a scrape too; absent where no jobs run. */
  readonly jobCounts?: () => Promise<Readonly<Record<string, JobCounts>>>;
  /** What `/readyz` says, asked once a scrape. */
  readonly readiness: () => Promise<readonly DependencyState[]>;
  readonly clock: Clock;
}): Metrics {
  const since_ms = options.clock();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const requests = new Histogram({
    name: 'gatehouse_http_request_duration_seconds',
    help: 'Time from the request line to the last byte of the answer, by route template.',
    labelNames: ['route', 'method', 'status'],
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const decisions = new Counter({
    name: 'gatehouse_decisions_total',
    help: 'Decisions by the action that was answered.',
    labelNames: ['action', 'endpoint'],
    registers,
  });
  const degraded = new Counter({
    name: 'gatehouse_decisions_degraded_total',
    help: 'Decisions for which state or intelligence was late or gone.',
    registers,
  });
  const unrecorded = new Counter({
    name: 'gatehouse_decisions_unrecorded_total',
    help: 'Decisions answered with recorded: false; the caller must send them again.',
    registers,
  });
  const campaigns = new Counter({
    name: 'gatehouse_campaigns_total',
    help: 'Campaigns of credential stuffing and password spraying found by this process.',
    labelNames: ['kind'],
    registers,
  });
  const analyticsUp = new Gauge({
    name: 'gatehouse_analytics_up',
    help: '1 while analytics answers.',
    registers,
  });
  const lagRecords = new Gauge({
    name: 'gatehouse_sink_lag_records',
    help: 'Log records not yet in analytics (on Redis an estimate).',
    registers,
  });
  const lag = new Gauge({
    name: 'gatehouse_sink_lag_seconds',
    help: 'Age of the oldest log record not yet in analytics.',
    registers,
  });
  const parked = new Gauge({
    name: 'gatehouse_sink_parked_rows',
    help: 'Rows that analytics refused and an operator has to look at.',
    registers,
  });
  const inserted = new Gauge({
    name: 'gatehouse_sink_inserted_rows',
    help: 'Rows inserted since the start.',
    registers,
  });

  async function readAnalytics(): Promise<void> {
    try {
      const status = await options.analyticsStatus();
      analyticsUp.set(status.ok ? 1 : 0);
      if (status.lagRecords !== null) lagRecords.set(status.lagRecords);
      if (status.lag_ms !== null) lag.set(status.lag_ms / 1_000);
      parked.set(status.parkedRows);
      inserted.set(status.insertedRows);
    } catch {
      // The scrape goes on without: that analytics is down is what the operator needs to see.
      analyticsUp.set(0);
    }
  }

  const readDependencies = createDependencyGauges(options.readiness, registers);
  const readJobs = options.jobCounts === undefined ? null : createJobGauges(options.jobCounts, registers);
  const labelsOf = createLabelCache();

  return {
    request(route, method, status, duration_s) {
      requests.observe(labelsOf(route, method, status), duration_s);
    },
    decision(sample) {
      decisions.inc({ action: sample.action, endpoint: sample.endpoint });
      if (sample.degraded) degraded.inc();
      if (!sample.recorded) unrecorded.inc();
    },
    async decisionLatency() {
      const { values } = await requests.get();
      const buckets = bucketsOf(
        values.filter(
          ({ metricName, labels }) =>
            metricName?.endsWith('_bucket') === true &&
            labels.route === DECISION_ROUTE &&
            labels.method === 'POST',
        ),
      );
      const n = buckets.at(-1)?.count ?? 0;
      if (n === 0) return null;
      const at = (share: number): number => quantile_s(buckets, share) * 1_000;
      return { since_ms, n, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) };
    },
    campaign(kind) {
      campaigns.inc({ kind });
    },
    async expose() {
      await Promise.all([readAnalytics(), readDependencies(), readJobs?.()]);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** What `/readyz` says, for alerts; where it cannot be had in time, the gauges say nothing. */
function createDependencyGauges(
  readiness: () => Promise<readonly DependencyState[]>,
  registers: Registry[],
): () => Promise<void> {
  const up = new Gauge({
    name: 'gatehouse_dependency_up',
    help: '1 while what decisions or reads depend on works, as /readyz says.',
    labelNames: ['dependency'],
    registers,
  });
  const problems = new Gauge({
    name: 'gatehouse_dependency_problem',
    help: '1 for each reason that /readyz gives for a dependency that does not work.',
    labelNames: ['dependency', 'reason'],
    registers,
  });
  return async () => {
    let states: readonly DependencyState[] = [];
    try {
      states = await within(readiness(), DEPENDENCIES_WAIT_MS);
    } catch {
      // The scrape goes on without: gauges that are missing are what an alert on their absence sees.
    }
    up.reset();
    problems.reset();
    for (const { name, ok, reason } of states) {
      up.set({ dependency: name }, ok ? 1 : 0);
      if (!ok) problems.set({ dependency: name, reason: reason ?? 'unknown' }, 1);
    }
  };
}

/** The jobs of the catalog; where the queue does not answer, its gauges say so and stay as they were. */
function createJobGauges(
  counts: () => Promise<Readonly<Record<string, JobCounts>>>,
  registers: Registry[],
): () => Promise<void> {
  const labelNames = ['job'];
  const gauge = (name: string, help: string): Gauge<string> =>
    new Gauge({ name, help, labelNames, registers });
  const up = new Gauge({ name: 'gatehouse_jobs_up', help: '1 while the queue of jobs answers.', registers });
  const waiting = gauge('gatehouse_jobs_waiting', 'Jobs under way, due, or due later.');
  const failed = gauge('gatehouse_jobs_failed', 'Jobs that were tried as often as they may be.');
  const lag = gauge('gatehouse_jobs_lag_seconds', 'How long the oldest due job waits to be begun.');
  const failures = gauge('gatehouse_jobs_failures', 'Tries that failed in this process since its start.');
  return async () => {
    try {
      for (const [job, each] of Object.entries(await within(counts(), JOBS_WAIT_MS))) {
        waiting.set({ job }, each.waiting);
        failed.set({ job }, each.failed);
        lag.set({ job }, each.lag_ms / 1_000);
        failures.set({ job }, each.failures);
      }
      up.set(1);
    } catch {
      // The scrape goes on without: that the queue does not answer is what the operator needs to see.
      up.set(0);
    }
  };
}

/** A queue waits through an outage of Redis; a scrape does not. */
function within<T>(answer: Promise<T>, wait_ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${wait_ms} ms`)), wait_ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

interface Bucket {
  readonly upTo_s: number;
  /** Of everything up to there. */
  readonly count: number;
}

/** The buckets of several label sets as one, ascending. */
function bucketsOf(
  values: readonly { readonly value: number; readonly labels: Partial<Record<string, string | number>> }[],
): readonly Bucket[] {
  const counts = new Map<number, number>();
  for (const { value, labels } of values) {
    const upTo_s = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(upTo_s, (counts.get(upTo_s) ?? 0) + value);
  }
  return [...counts].map(([upTo_s, count]) => ({ upTo_s, count })).toSorted((a, b) => a.upTo_s - b.upTo_s);
}

/** As Prometheus' `histogram_quantile`: linear within the bucket; beyond the last bound it is that bound. */
function quantile_s(buckets: readonly Bucket[], share: number): number {
  const rank = share * (buckets.at(-1)?.count ?? 0);
  let below: Bucket = { upTo_s: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > below.count) {
      if (bucket.upTo_s === Number.POSITIVE_INFINITY) return below.upTo_s;
      const part = (rank - below.count) / (bucket.count - below.count);
      return below.upTo_s + part * (bucket.upTo_s - below.upTo_s);
    }
    below = bucket;
  }
  return below.upTo_s;
}

interface RequestLabels {
  readonly route: string;
  readonly method: string;
  readonly status: number;
}

/** Label objects are made once a combination: routes, methods and statuses are few, and the hot path has but one. */
function createLabelCache(): (route: string, method: string, status: number) => RequestLabels {
  const routes = new Map<string, Map<number, RequestLabels>>();
  return (route, method, status) => {
    const key = `${method} ${route}`;
    const known = routes.get(key) ?? new Map<number, RequestLabels>();
    if (known.size === 0) routes.set(key, known);
    const found = known.get(status);
    if (found !== undefined) return found;
    const labels = { route, method, status };
    known.set(status, labels);
    return labels;
  };
}
