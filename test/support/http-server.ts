import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { createKeyStore } from '../../src/adapters/embedded/key-store.ts';
import { createSecretStore } from '../../src/adapters/embedded/secret-store.ts';
import { createMemorySignInStore } from '../../src/adapters/embedded/sign-in-store.ts';
import { createViewStore } from '../../src/adapters/embedded/view-store.ts';
import { parseAddress } from '../../src/adapters/ip-intelligence/parse-address.ts';
import { createMetrics } from '../../src/adapters/prometheus/metrics.ts';
import { makeApiKey } from '../../src/app/api-keys.ts';
import { createDecisionFeed } from '../../src/app/decision-feed.ts';
import {
  createDecisionTokens,
  DEFAULT_DECISION_TOKEN_CONFIG,
  type DecisionTokenConfig,
} from '../../src/app/decision-token.ts';
import { AppError } from '../../src/app/errors.ts';
import type {
  AssessRequest,
  ForgetDevice,
  Gatehouse,
  OutcomeReport,
  ReviewQueueRequest,
} from '../../src/app/gatehouse.ts';
import { createIdHasher } from '../../src/app/hash-ids.ts';
import { createQuota, DEFAULT_QUOTA, type QuotaConfig } from '../../src/app/quota.ts';
import { createSavedViews } from '../../src/app/saved-views.ts';
import { createSignIn, type SignIn } from '../../src/app/sign-in.ts';
import type { DecisionRecord, DecisionView } from '../../src/core/record.ts';
import { buildServer, type HttpServer } from '../../src/http/server.ts';
import type { HttpServices } from '../../src/http/services.ts';
import type {
  AnalyticsStatus,
  DecisionFilter,
  EntityActivity,
  EntitySubject,
} from '../../src/ports/analytics.ts';
import type { DecisionFeed } from '../../src/ports/decision-feed.ts';
import { decisionRowOf } from '../../src/ports/decision-row.ts';
import type { DependencyState } from '../../src/ports/dependency-state.ts';
import { type KeyStore, SCOPES, type Scope } from '../../src/ports/key-store.ts';
import { type DecisionSketch, decisionRecord } from './log-records.ts';
import { userSummary } from './user-summary.ts';

export const START_MS = Date.UTC(2026, 10, 23, 12);

/** What the routes asked of the use cases. */
export interface Asked {
  readonly assessed: AssessRequest[];
  readonly outcomes: OutcomeReport[];
  readonly searches: { readonly tenant: string; readonly filter: DecisionFilter }[];
  readonly resends: { readonly tenant: string; readonly positions: readonly number[] | null }[];
  readonly forgotten: ForgetDevice[];
  readonly reviews: ReviewQueueRequest[];
  readonly entities: { readonly tenant: string; readonly subject: EntitySubject }[];
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly server: HttpServer;
  readonly keys: KeyStore;
  readonly signIn: SignIn;
  readonly asked: Asked;
  /** Where the keys live, for a second process. */
  readonly keysPath: string;
  /** Moves the clock that every part was handed. */
  advance(by_ms: number): void;
  now(): number;
  /** A key with exactly these scopes; the whole key, as a caller holds it. */
  key(scopes: readonly Scope[], tenant?: string): Promise<string>;
  /** Everything that was logged, as text. */
  logged(): string;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly gatehouse?: Partial<Gatehouse>;
  /** What every decision of the stand-in use case looks like. */
  readonly sketch?: Partial<DecisionSketch>;
  readonly quota?: Partial<QuotaConfig>;
  readonly tokens?: Partial<DecisionTokenConfig>;
  readonly readiness?: () => Promise<readonly DependencyState[]>;
  readonly config?: Partial<HttpServices['config']>;
  readonly analytics?: Partial<HttpServices['analytics']>;
  readonly feed?: DecisionFeed;
}

/**
 * The HTTP server on real keys, secrets, sessions, quotas and tokens in a temporary directory. The use cases behind it
 * are stand-ins at their interface: these tests are about the wire.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-http-'));
  let now_ms = START_MS;
  const clock = (): number => now_ms;
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  const keysPath = join(directory, 'keys');
  const keys = createKeyStore({ config: { path: keysPath }, clock, log });
  const viewStore = createViewStore({ path: join(directory, 'views') });
  const secrets = createSecretStore({ config: { path: join(directory, 'secrets') }, log });
  const tokens = await createDecisionTokens({
    config: { ...DEFAULT_DECISION_TOKEN_CONFIG, ...options.tokens },
    secrets,
    clock,
    log,
  });
  const signIn = createSignIn({ keys, store: createMemorySignInStore(), clock });
  const asked: Asked = {
    assessed: [],
    outcomes: [],
    searches: [],
    resends: [],
    forgotten: [],
    reviews: [],
    entities: [],
  };
  const readiness = options.readiness ?? (async () => [{ name: 'decision_log', ok: true, problem: null }]);
  const server = await buildServer({
    config: { publicOrigins: [], dashboardsDir: null, version: '1.0.0', ...options.config },
    log,
    clock,
    gatehouse: { ...standIn(asked, options.sketch ?? {}, clock), ...options.gatehouse },
    analytics: {
      search: async (tenant, filter) => {
        asked.searches.push({ tenant, filter });
        return { data: [viewOf({}, clock())], nextCursor: null };
      },
      rows: async (tenant, filter) => {
        asked.searches.push({ tenant, filter });
        return { data: [decisionRowOf(recordOf({}, clock()))], nextCursor: null };
      },
      entity: async (tenant, subject) => {
        asked.entities.push({ tenant, subject });
        return NOTHING_SEEN;
      },
      versionChanges: async () => [{ at_ms: clock(), kind: 'policy', from: 'default@1', to: 'default@2' }],
      panels: () => [],
      campaigns: async () => ({ data: [], nextCursor: null }),
      panel: async () => {
        throw new AppError('unknown_panel', 'There is no such panel.');
      },
      ...options.analytics,
    },
    feed: options.feed ?? createDecisionFeed({ log: { read: async () => [] } }),
    views: createSavedViews({ store: viewStore, clock, newUuid: randomUUID }),
    health: {
      status: async () => ANALYTICS_STATUS,
      parked: async (tenant) =>
        tenant === 'default'
          ? [
              {
                position: 7,
                kind: 'decision',
                decisionId: DECISION_ID,
                reason: 'refused',
                recordedAt_ms: clock(),
                parkedAt_ms: clock(),
              },
            ]
          : [],
      async resendParked(tenant, positions) {
        asked.resends.push({ tenant, positions });
        return { resent: positions?.length ?? 1, refused: 0 };
      },
    },
    keys,
    tokens,
    signIn,
    quota: createQuota({ config: { ...DEFAULT_QUOTA, ...options.quota }, clock }),
    metrics: createMetrics({ clock, analyticsStatus: async () => ANALYTICS_STATUS, readiness }),
    readiness,
    hasher: createIdHasher(new Uint8Array(32).fill(7)),
    parseAddress,
  });
  return {
    app: server.app,
    server,
    keys,
    signIn,
    asked,
    keysPath,
    advance: (by_ms) => {
      now_ms += by_ms;
    },
    now: clock,
    async key(scopes, tenant = 'default') {
      const { key, record } = makeApiKey({ tenant, scopes }, now_ms);
      await keys.put(record);
      return key;
    },
    logged: () => lines.join(''),
    inject: (request) => server.app.inject(request),
    async close() {
      await server.close();
      await viewStore.close();
      await keys.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const ALL_SCOPES: readonly Scope[] = SCOPES;

export const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` });

/** A body that every check of the contract lets pass. */
export const LOGIN = {
  event_id: 'login-1',
  user: { id: 'u_42', login: 'ada@example.org', email: 'ada@example.org' },
  context: { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' },
  device: { id: 'cookie-of-the-first-party', presented: true },
  session: { id: 's_9' },
  application: { id: 'web' },
};

const CHALLENGED = '0199f3a1-2c5d-7e11-9a61-5d0f6f2f4b1c';
export const DECISION_ID = `dec_${CHALLENGED}`;
export const CHALLENGE_ID = `chl_${CHALLENGED}`;

const ANALYTICS_STATUS: AnalyticsStatus = {
  ok: true,
  problem: null,
  lagRecords: 7,
  lag_ms: 1_500,
  parkedRows: 0,
  insertedRows: 100,
};

const NOTHING_SEEN: EntityActivity = {
  firstSeen_ms: null,
  lastSeen_ms: null,
  newest: null,
  newestLists: [],
  addressKind: null,
  totals: {
    decisions: 0,
    users: 0,
    failed: 0,
    challenged: 0,
    blocked: 0,
    passed: 0,
    compromised: 0,
    devices: 0,
    addresses: 0,
  },
  bucket_s: 3_600,
  series: [],
  users: [],
  addresses: [],
  devices: [],
  ases: [],
  reasons: [],
  lists: [],
};

function recordOf(sketch: Partial<DecisionSketch>, now_ms: number): DecisionRecord {
  return decisionRecord({ position: now_ms * 1_000, id: DECISION_ID, userId: 'u_42', ...sketch });
}

function viewOf(sketch: Partial<DecisionSketch>, now_ms: number): DecisionView {
  return { decision: recordOf(sketch, now_ms), outcome: null, feedback: [] };
}

function standIn(asked: Asked, sketch: Partial<DecisionSketch>, clock: () => number): Gatehouse {
  const owned = (tenant: string): void => {
    if (tenant !== 'default') throw new AppError('not_found', 'There is no such decision.');
  };
  return {
    async assessLogin(request) {
      asked.assessed.push(request);
      const { event, warnings, source, requestHash, apiKeyId } = request;
      const decision: DecisionRecord = {
        ...recordOf(sketch, clock()),
        tenant: event.tenant,
        event,
        warnings,
        source,
        requestHash,
        apiKeyId,
      };
      const seen = asked.assessed.filter(({ idempotency }) => idempotency?.key === request.idempotency?.key);
      const replayed = request.idempotency !== null && seen.length > 1;
      return { view: { decision, outcome: null, feedback: [] }, replayed, recorded: source !== 'dry_run' };
    },
    async recordOutcome(report) {
      asked.outcomes.push(report);
      owned(report.tenant);
      const { decision } = viewOf({ ...sketch, action: 'challenge' }, clock());
      const passed = report.status === 'succeeded';
      return {
        fresh: true,
        view: {
          decision,
          feedback: [],
          outcome: {
            kind: 'outcome',
            position: 1,
            tenant: report.tenant,
            decisionId: decision.id,
            status: report.status,
            method: report.method,
            attempts: report.attempts,
            occurredAt_ms: clock(),
            recordedAt_ms: clock(),
            resolution: passed ? 'passed' : 'not_passed',
            finalAction: passed ? 'allow' : 'block',
            userKey: report.userKey,
            decisionOccurredAt_ms: clock(),
          },
        },
      };
    },
    async recordFeedback({ tenant }) {
      owned(tenant);
      return viewOf(sketch, clock());
    },
    async readDecision(tenant, id) {
      owned(tenant);
      if (id !== DECISION_ID) throw new AppError('not_found', 'There is no such decision.');
      return viewOf(sketch, clock());
    },
    async relatedDecisions(tenant, id) {
      owned(tenant);
      if (id !== DECISION_ID) throw new AppError('not_found', 'There is no such decision.');
      const found = { total: 1, data: [decisionRowOf(recordOf(sketch, clock()))] };
      return { previous: null, user: found, address: found, device: null };
    },
    async reviewQueue(_tenant, request) {
      asked.reviews.push(request);
      return {
        data: [
          {
            row: decisionRowOf(recordOf(sketch, clock())),
            kind: 'challenge_denied',
            also: [],
            priority: 80,
            why: [{ code: 'challenge_denied', message: 'Refused.' }],
            open: 1,
          },
        ],
        total: 7,
        totals: [{ kind: 'challenge_denied', total: 7 }],
        nextCursor: 'next',
      };
    },
    lookupUser: async (_tenant, userId) =>
      userSummary({ userId, riskLevel: 'low', lastDecisions: [viewOf(sketch, clock())] }),
    exportUser: async (_tenant, userId) => ({
      userId,
      exportedAt_ms: clock(),
      profile: null,
      decisions: [viewOf(sketch, clock())],
      forgottenDevices: [],
    }),
    async forgetDevice(request) {
      asked.forgotten.push(request);
      return { forgotten: true };
    },
    eraseUser: async () => ({ id: 'ers_1', erasedAt_ms: clock(), decisions: 3, profile: true }),
  };
}
