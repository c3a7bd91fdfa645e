import type { Analytics, ReviewKind } from '../../ports/analytics.ts';
import { ANALYST_LIMITS, type Database, type Parameters } from './database.ts';
import { type DecisionRows, newestRows, type StoredRow } from './decision-rows.ts';

const MOST = 1_000;

/**
 * Decisions that wait for a person: those whose challenge ended badly, those that the score and the answer disagree
 * about, and those about which people or events disagree. What an analyst has judged is left out, unless something
 * contradicts the verdict.
 */
export function createReviewCandidates(
  database: Database,
  rows: DecisionRows,
): Pick<Analytics, 'reviewCandidates'> {
  return {
    async reviewCandidates(tenant, { from_ms, to_ms }) {
      const parameters: Parameters = { tenant, from: Math.trunc(from_ms), to: Math.trunc(to_ms) };
      const span = (column: string): string =>
        `${column} >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ${column} < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;
      const kinds = new Map<string, Set<ReviewKind>>();
      const add = (id: string, kind: ReviewKind): void => {
        const known = kinds.get(id) ?? new Set();
        known.add(kind);
        kinds.set(id, known);
      };
      const ask = <Row>(sql: string): Promise<Row[]> =>
        database.query<Row>('read', sql, parameters, ANALYST_LIMITS);

      const verdicts = await ask<{ id: string; standing: string; by: string; said: readonly string[] }>(
        `SELECT decision_id AS id, argMax(verdict, (source = 'analyst', position)) AS standing,
argMax(source, (source = 'analyst', position)) AS by, groupUniqArray(verdict) AS said
FROM feedback WHERE tenant = {tenant:String} AND ${span('decision_at')} GROUP BY decision_id`,
      );
      const outcomes = await ask<{ id: string; status: string; resolution: string }>(
        `SELECT decision_id AS id, status, resolution FROM outcomes
WHERE tenant = {tenant:String} AND ${span('decision_at')}
AND (status IN ('denied', 'failed') OR decision_id IN (
    SELECT decision_id FROM feedback WHERE tenant = {tenant:String} AND ${span('decision_at')}))
ORDER BY decision_at DESC LIMIT ${MOST} `,
      );
      const resolutions = new Map(outcomes.map(({ id, resolution }) => [id, resolution]));
      const settled = new Set<string>();
      for (const { id, standing, by, said } of verdicts) {
        // The user disowns a login that an analyst has not judged, or passed challenge and verdict cannot both be true.
        const disowned = standing === 'compromised' && by === 'user';
        const contradicted =
          resolutions.get(id) === 'not_passed' && standing === 'legitimate' && by === 'user';
        const divided = by === 'user' && said.includes('legitimate') && said.includes('compromised');
        if (disowned || contradicted || divided) add(id, 'contradiction');
        if (by === 'analyst') settled.add(id);
      }
      for (const { id, status } of outcomes) {
        if (settled.has(id)) continue;
        if (status === 'denied') add(id, 'challenge_denied');
        if (status === 'failed') add(id, 'challenge_failed');
      }
      const striking = await ask<{ id: string; kind: ReviewKind }>(
        `SELECT id, if(enforced != 'allow' AND action = 'allow', 'high_risk_allowed', 'blocked_with_password') AS kind
FROM decisions
WHERE tenant = {tenant:String} AND ${span('occurred_at')} AND status = 'succeeded' AND source != 'dry_run'
AND ((action = 'allow' AND (level = 'high' OR enforced = 'block')) OR action = 'block')
ORDER BY score DESC, position DESC LIMIT ${MOST}`,
      );
      for (const { id, kind } of striking) if (!settled.has(id)) add(id, kind);

      const ids = [...kinds.keys()].slice(0, MOST);
      if (ids.length === 0) return [];
      const stored = await database.query<StoredRow>(
        'read',
        newestRows([span('occurred_at'), 'id IN {ids:Array(String)}']),
        { ...parameters, ids, size: MOST },
        ANALYST_LIMITS,
      );
      const complete = await rows.complete(tenant, stored);
      return complete.map((row) => ({ row, kinds: [...(kinds.get(row.fields.id) ?? [])] }));
    },
  };
}
