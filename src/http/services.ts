import type { Logger } from 'pino';
import type { DecisionTokens } from '../app/decision-token.ts';
import type { Gatehouse } from '../app/gatehouse.ts';
import type { IdHasher } from '../app/hash-ids.ts';
import type { ParseAddress } from '../app/parse-event.ts';
import type { Quota } from '../app/quota.ts';
import type { SavedViews } from '../app/saved-views.ts';
import type { SignIn } from '../app/sign-in.ts';
import type { Analytics, AnalyticsStatus, ParkedSummary, ResentRows } from '../ports/analytics.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionFeed } from '../ports/decision-feed.ts';
import type { DependencyState } from '../ports/dependency-state.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { BrowserOrigin } from './plugins/browser-origin.ts';
import type { Guard } from './plugins/guard.ts';

export interface HttpConfig {
  /** Origins under which browsers reach the dashboards besides loopback, as `https://gatehouse.example.org`. */
  readonly publicOrigins: readonly string[];
  /** Directory of the built dashboards; `null`: none are served. */
  readonly dashboardsDir: string | null;
  /** Version of the API document. */
  readonly version: string;
}

/** What the routes call. */
export interface HttpServices {
  readonly config: HttpConfig;
  readonly log: Logger;
  readonly clock: Clock;
  readonly gatehouse: Gatehouse;
  readonly hasher: IdHasher;
  readonly parseAddress: ParseAddress;
  readonly analytics: Pick<
    Analytics,
    'search' | 'rows' | 'panels' | 'panel' | 'campaigns' | 'entity' | 'versionChanges'
  >;
  readonly feed: DecisionFeed;
  readonly views: SavedViews;
  readonly health: {
    status(): Promise<AnalyticsStatus>;
    /** Rows that analytics refused, oldest first. */
    parked(tenant: string, limit: number): Promise<readonly ParkedSummary[]>;
    /** Tries rows of a tenant again; `null`: all of them. */
    resendParked(tenant: string, positions: readonly number[] | null): Promise<ResentRows>;
  };
  readonly keys: KeyStore;
  readonly tokens: DecisionTokens;
  readonly signIn: SignIn;
  readonly quota: Quota;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<readonly DependencyState[]>;
}

/** What routes get besides: built with the server. */
export interface RouteServices extends HttpServices {
  readonly guard: Guard;
  readonly origin: BrowserOrigin;
  readonly isDraining: () => boolean;
}
