import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { createClientParser } from './adapters/client-parser/create-client-parser.ts';
import { createAssessLogin } from './app/assess-login.ts';
import type { Gatehouse } from './app/gatehouse.ts';
import type { IdHasher } from './app/hash-ids.ts';
import { createJudge } from './app/judge.ts';
import { loadPolicy } from './app/load-policy.ts';
import { matchLists } from './app/policy-lists.ts';
import { createReadDecision } from './app/read-decision.ts';
import { createRecordFeedback } from './app/record-feedback.ts';
import { createRecordOutcome } from './app/record-outcome.ts';
import { createRelatedDecisions } from './app/related-decisions.ts';
import { createReviewQueue } from './app/review-queue.ts';
import { createUsers, type UserDependencies } from './app/users.ts';
import type { Config } from './config.ts';
import { decide } from './core/decide.ts';
import { decisionUuid, RANDOM_BYTES } from './core/decision-id.ts';
import type { Analytics } from './ports/analytics.ts';
import type { Clock } from './ports/clock.ts';
import type { DecisionLog } from './ports/decision-log.ts';
import type { IpIntelligence } from './ports/ip-intelligence.ts';
import type { RiskState } from './ports/risk-state.ts';

const CACHED_CLIENTS = 10_000;
const UNRECORDED_EVERY_MS = 1_000;
/** Ids a refill: one system call for a thousand decisions. */
const RANDOM_POOL = RANDOM_BYTES * 1_024;

export interface UseCaseParts {
  readonly config: Pick<Config, 'policyFile' | 'mode' | 'serverLocation'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly state: RiskState;
  readonly decisionLog: DecisionLog;
  readonly analytics: Analytics;
  readonly ipIntelligence: IpIntelligence;
  readonly hasher: IdHasher;
  /** Resolves when analytics holds everything about a user that is durable now. */
  readonly caughtUp: (userKey: string) => Promise<void>;
  readonly eraseParked: UserDependencies['eraseParked'];
  /** How long a reply waits for the log. */
  readonly commitWait_ms: number;
  /** How long a reply may take in all; without end when absent. */
  readonly answerWait_ms?: number;
}

/** The use cases on stores of either mode. */
export function createUseCases(parts: UseCaseParts): Gatehouse {
  const { config, log, clock, state, decisionLog, analytics, ipIntelligence, hasher, caughtUp } = parts;
  const policy = loadPolicy({ file: config.policyFile, mode: config.mode, read: readText });
  const policyOf = (): typeof policy => policy;
  const readDecision = createReadDecision({ log: decisionLog, state, analytics });
  const uuidAt = createUuids();
  const shared = { state, log: decisionLog, clock };
  const judge = createJudge({
    state,
    ipIntelligence,
    clientParser: createClientParser({ cacheEntries: CACHED_CLIENTS }),
    policyOf,
    matchLists,
    decide,
    serverPlace: config.serverLocation,
  });
  return {
    assessLogin: createAssessLogin({
      ...shared,
      judge,
      uuidAt,
      commitWait_ms: parts.commitWait_ms,
      ...(parts.answerWait_ms === undefined ? {} : { answerWait_ms: parts.answerWait_ms }),
      onUnrecorded: createUnrecordedLog(log, clock),
    }),
    recordOutcome: createRecordOutcome({ ...shared, policyOf, readDecision }),
    recordFeedback: createRecordFeedback({ ...shared, analytics, readDecision, caughtUp }),
    readDecision,
    relatedDecisions: createRelatedDecisions({ analytics, readDecision }),
    reviewQueue: createReviewQueue({ analytics }),
    ...createUsers({
      ...shared,
      analytics,
      caughtUp,
      eraseParked: parts.eraseParked,
      userKeyOf: (tenant, userId) => hasher.hash('user', tenant, userId),
      uuidAt,
    }),
  };
}

/** A line a second with their number: an outage leaves thousands unrecorded. */
function createUnrecordedLog(log: Logger, clock: Clock): (error: unknown) => void {
  let since = 0;
  let toldAt_ms = Number.NEGATIVE_INFINITY;
  return (error) => {
    since += 1;
    const now_ms = clock();
    if (now_ms - toldAt_ms < UNRECORDED_EVERY_MS && now_ms >= toldAt_ms) return;
    log.error({ err: error, code: 'unrecorded', decisions: since }, 'decisions were not stored');
    since = 0;
    toldAt_ms = now_ms;
  };
}

function createUuids(): (position: number) => string {
  const pool = new Uint8Array(RANDOM_POOL);
  let used = RANDOM_POOL;
  return (position) => {
    if (used >= RANDOM_POOL) {
      randomFillSync(pool);
      used = 0;
    }
    const uuid = decisionUuid(position, pool, used);
    used += RANDOM_BYTES;
    return uuid;
  };
}

const readText = (path: string): string => readFileSync(path, 'utf8');
