import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AnalyticsStatus } from '../../ports/analytics.ts';
import type { Metrics } from '../../ports/metrics.ts';

/**
 * Bounds in seconds. A decision takes well under a millisecond and its budget is 50 ms, so the buckets are dense there;
 * the tail serves searches, panels and exports.
 */
const DURATION_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own (prom-client's global one is shared by everything in the process), with process metrics. */
export function createMetrics(options: {
  /** Asked once a scrape, for how far analytics is behind; a failure leaves the gauges as they were. */
  readonly analyticsStatus: () => Promise<AnalyticsStatus>;
}): Metrics {
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
  const analyticsUp = new Gauge({
    name: 'gatehouse_analytics_up',
    help: '1 while analytics answers.',
    registers,
  });
  const lagRecords = new Gauge({
    name: 'gatehouse_sink_lag_records',
    help: 'Log records not yet in analytics.',
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
    async expose() {
      await readAnalytics();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
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
