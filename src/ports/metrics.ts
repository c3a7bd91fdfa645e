import type { CampaignKind } from '../core/campaign/trace.ts';
import type { Action } from '../core/decision.ts';

/** Counts for the operator. Labels hold no ids: neither of people nor of requests. Nothing here throws or waits. */
export interface Metrics {
  /** One answered request; `route` is the route's template, never the path that was asked. */
  request(route: string, method: string, status: number, duration_s: number): void;
  decision(sample: DecisionSample): void;
  /** How long `POST /v1/risk` took in this process; `null` before the first one. */
  decisionLatency(): Promise<DecisionLatency | null>;
  /** A campaign was found. */
  campaign(kind: CampaignKind): void;
  /** The registry as text, and its media type. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface DecisionSample {
  readonly action: Action;
  readonly endpoint: 'risk' | 'events';
  readonly degraded: boolean;
  /** False when the decision did not reach the durable log. */
  readonly recorded: boolean;
}

/** Quantiles in milliseconds, interpolated within the buckets of the histogram. */
export interface DecisionLatency {
  /** Since when is counted. */
  readonly since_ms: number;
  readonly n: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
}
