import type { FeedbackRecord, OutcomeRecord } from '../../core/record.ts';
import type { Analytics, DecisionRow, DecisionRowFields } from '../../ports/analytics.ts';
import { decisionRowOf } from '../../ports/decision-row.ts';
import { conditionsOf } from './conditions.ts';
import { ANALYST_LIMITS, type Database, type Parameters } from './database.ts';
import type { Reads } from './reads.ts';

const MAX_ROWS = 1_000;

/** The columns of a row; `''` and 0 mean absent, as in the table. */
export const ROW_COLUMNS = `toUnixTimestamp64Milli(occurred_at) AS at_ms, toUnixTimestamp64Milli(recorded_at) AS recorded_ms,
toUnixTimestamp64Milli(challenge_expires_at) AS expires_ms, position, id, source, event_id, attempt_id, type, status,
application, user_id, user_key, ip, network, country, region, city, latitude, longitude, asn, as_name, network_classes,
device_key, browser, browser_major, os, device_type, user_agent, method, score, level, action, enforced, mode, rule,
reasons, confidence, degraded, learning, challenge_id, challenge_kind,
login_key`;

/** As `ROW_COLUMNS` come back. */
export interface StoredRow {
  readonly at_ms: number;
  readonly recorded_ms: number;
  readonly expires_ms: number;
  readonly position: number;
  readonly id: string;
  readonly source: DecisionRowFields['source'];
  readonly event_id: string;
  readonly attempt_id: string;
  readonly type: DecisionRowFields['type'];
  readonly status: DecisionRowFields['status'];
  readonly application: string;
  readonly user_id: string;
  readonly user_key: string;
  readonly ip: string;
  readonly network: string;
  readonly country: string;
  readonly region: string;
  readonly city: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly asn: number;
  readonly as_name: string;
  readonly network_classes: readonly string[];
  readonly device_key: string;
  readonly browser: string;
  readonly browser_major: number;
  readonly os: string;
  readonly device_type: string;
  readonly user_agent: string;
  readonly method: string;
  readonly score: number;
  readonly level: DecisionRowFields['level'];
  readonly action: DecisionRowFields['action'];
  readonly enforced: DecisionRowFields['enforced'];
  readonly mode: DecisionRowFields['mode'];
  readonly rule: string;
  readonly reasons: readonly string[];
  readonly confidence: DecisionRowFields['confidence'];
  readonly degraded: boolean;
  readonly learning: DecisionRowFields['learning'];
  readonly challenge_id: string;
  readonly challenge_kind: DecisionRowFields['challenge_kind'] | '';
  readonly login_key: string;
}

interface Said {
  readonly outcome: DecisionRow['outcome'];
  readonly verdict: FeedbackRecord['verdict'] | null;
}

export interface DecisionRows extends Pick<Analytics, 'rows' | 'count'> {
  /** Rows with what was said of them since. */
  complete(tenant: string, stored: readonly StoredRow[]): Promise<DecisionRow[]>;
}

/**
 * Decisions as lists show them. A page is found by what it is asked for alone and then read as whole records: rows that
 * lie far apart cost by the columns that are read of each, and a record is one.
 */
export function createDecisionRows(database: Database, reads: Pick<Reads, 'page' | 'viewsAt'>): DecisionRows {
  async function complete(tenant: string, stored: readonly StoredRow[]): Promise<DecisionRow[]> {
    if (stored.length === 0) return [];
    const once = new Map(stored.map((row) => [row.id, row]));
    const ids = [...once.keys()];
    const [outcomes, verdicts] = await Promise.all([
      database.query<{
        id: string;
        resolution: OutcomeRecord['resolution'];
        final_action: OutcomeRecord['finalAction'];
      }>(
        'read',
        `SELECT decision_id AS id, resolution, final_action FROM outcomes
WHERE tenant = {tenant:String} AND decision_id IN {ids:Array(String)} ORDER BY position LIMIT 1 BY decision_id`,
        { tenant, ids },
        ANALYST_LIMITS,
      ),
      database.query<{ id: string; standing: FeedbackRecord['verdict'] }>(
        'read',
        `SELECT decision_id AS id, argMax(verdict, (source = 'analyst', position)) AS standing FROM feedback
WHERE tenant = {tenant:String} AND decision_id IN {ids:Array(String)} GROUP BY decision_id`,
        { tenant, ids },
        ANALYST_LIMITS,
      ),
    ]);
    const said = new Map<string, Said>();
    for (const { id, resolution, final_action } of outcomes) {
      said.set(id, { outcome: { resolution, finalAction: final_action }, verdict: null });
    }
    for (const { id, standing } of verdicts) {
      said.set(id, { outcome: said.get(id)?.outcome ?? null, verdict: standing });
    }
    return [...once.values()].map((row) => toRow(row, said.get(row.id) ?? { outcome: null, verdict: null }));
  }

  return {
    complete,

    async rows(tenant, filter, limit, cursor) {
      const size = Math.min(Math.max(Math.trunc(limit), 1), MAX_ROWS);
      const { places, nextCursor } = await reads.page(tenant, filter, size, cursor);
      const views = await reads.viewsAt('read', tenant, places);
      return {
        data: views.map(({ decision, outcome, feedback }) => decisionRowOf(decision, { outcome, feedback })),
        nextCursor,
      };
    },

    async count(tenant, filter) {
      const { conditions, parameters } = conditionsOf(filter);
      const [row] = await database.query<{ n: number }>(
        'read',
        `SELECT count() AS n FROM decisions WHERE ${['tenant = {tenant:String}', ...conditions].join('\nAND ')}`,
        { ...parameters, tenant } satisfies Parameters,
        ANALYST_LIMITS,
      );
      return row?.n ?? 0;
    },
  };
}

/**
 * The newest rows that meet conditions; binds `tenant` and `size`. Without `LIMIT BY`, for with it whole blocks of every
 * part are read before the limit counts: what a repair has not yet made one row again is taken out afterwards.
 */
export const newestRows = (conditions: readonly string[]): string => `SELECT ${ROW_COLUMNS} FROM decisions
WHERE ${['tenant = {tenant:String}', ...conditions].join('\nAND ')}
ORDER BY occurred_at DESC, position DESC
LIMIT {size:UInt32}`;

const textOrNull = (text: string): string | null => (text === '' ? null : text);

function toRow(row: StoredRow, { outcome, verdict }: Said): DecisionRow {
  return {
    position: row.position,
    userKey: textOrNull(row.user_key),
    occurredAt_ms: row.at_ms,
    recordedAt_ms: row.recorded_ms,
    challengeExpiresAt_ms: row.challenge_id === '' ? null : row.expires_ms,
    outcome,
    verdict,
    fields: {
      id: row.id,
      source: row.source,
      type: row.type,
      status: row.status,
      application: row.application,
      event_id: textOrNull(row.event_id),
      attempt_id: textOrNull(row.attempt_id),
      user_id: textOrNull(row.user_id),
      ip: row.ip,
      network: row.network,
      country: textOrNull(row.country),
      region: textOrNull(row.region),
      city: textOrNull(row.city),
      latitude: row.latitude,
      longitude: row.longitude,
      asn: row.asn === 0 ? null : row.asn,
      as_name: textOrNull(row.as_name),
      network_classes: row.network_classes,
      device_key: textOrNull(row.device_key),
      browser: textOrNull(row.browser),
      browser_major: row.browser_major === 0 ? null : row.browser_major,
      os: textOrNull(row.os),
      device_type: textOrNull(row.device_type),
      user_agent: textOrNull(row.user_agent),
      method: textOrNull(row.method),
      score: row.score,
      level: row.level,
      action: row.action,
      enforced: row.enforced,
      mode: row.mode,
      rule: row.rule,
      reasons: row.reasons,
      confidence: row.confidence,
      degraded: row.degraded,
      learning: row.learning,
      challenge_kind: row.challenge_kind === '' ? null : row.challenge_kind,
      login_key: row.user_key === '' ? textOrNull(row.login_key) : null,
    },
  };
}
