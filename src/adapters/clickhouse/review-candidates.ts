import type { Analytics, ReviewCandidate, ReviewKind, ReviewOrder } from '../../ports/analytics.ts';
import { decisionRowOf } from '../../ports/decision-row.ts';
import { type ReviewPlace, readReviewCursor, writeReviewCursor } from './cursor.ts';
import { ANALYST_LIMITS, type Database } from './database.ts';
import type { Reads } from './reads.ts';

const MAX_PAGE = 200;
/** Of each kind so many people are ranked: a flood of one kind pushes no other one out, and totals count all. */
const MOST_A_KIND = 1_000;

/** One person's most urgent decision; who is not named stands for one decision. */
interface Ranked extends ReviewPlace {
  readonly kind: ReviewKind;
  readonly kinds: readonly ReviewKind[];
  readonly open: number;
  readonly total: number;
  readonly of_kind: number;
}

const within = (column: string): string =>
  `${column} >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ${column} < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;
const OF_TENANT = 'tenant = {tenant:String}';

const reported = (condition: string): string =>
  `SELECT decision_id FROM outcomes WHERE ${OF_TENANT} AND ${within('decision_at')} AND ${condition}`;
const SETTLED = `SELECT decision_id FROM feedback
WHERE ${OF_TENANT} AND ${within('decision_at')} AND source = 'analyst'`;
/**
 * No analyst has judged, and the user disowns the login, says one thing and the other, or vouches for a login whose
 * challenge was not passed.
 */
const CONTRADICTED = `SELECT decision_id FROM feedback WHERE ${OF_TENANT} AND ${within('decision_at')} GROUP BY decision_id
HAVING countIf(source = 'analyst') = 0 AND (argMax(verdict, position) = 'compromised'
OR hasAll(groupUniqArray(verdict), ['legitimate', 'compromised'])
OR (argMax(verdict, position) = 'legitimate' AND decision_id IN (${reported(`resolution = 'not_passed'`)})))`;

/**
 * A refused or failed challenge says something of the password only where it came after a right one: bots fail at the
 * captcha after a wrong password by the thousand.
 */
const CANDIDATES = `SELECT id, position, toUnixTimestamp64Milli(occurred_at) AS at_ms, if(user_key = '', id, user_key) AS person,
floor(score * {steps:Float64} + 0.5) AS step,
status = 'succeeded' AND challenge_kind = 'second_factor' AS asked,
arrayFilter(kind -> kind != '', [
    if(id IN (${CONTRADICTED}), 'contradiction', ''),
    if(asked AND id IN (${reported(`status = 'denied'`)}), 'challenge_denied', ''),
    if(status = 'succeeded' AND action = 'allow' AND (level = 'high' OR enforced = 'block'), 'high_risk_allowed', ''),
    if(status = 'succeeded' AND action = 'block', 'blocked_with_password', ''),
    if(asked AND id IN (${reported(`status = 'failed'`)}), 'challenge_failed', '')
]) AS kinds
FROM decisions WHERE ${OF_TENANT} AND ${within('occurred_at')} AND source != 'dry_run'
AND notEmpty(kinds) AND id NOT IN (${SETTLED})`;

/** `ranking` holds the kinds that are asked for, the least urgent first: a place in it is the urgency, 0 that of others. */
const PEOPLE = `SELECT person, uniqExact(id) AS open, max(urgency) AS rank,
argMax(kinds, (urgency, step, at_ms, position)) AS own,
argMax(step, (urgency, step, at_ms, position)) AS best_step,
argMax(at_ms, (urgency, step, at_ms, position)) AS best_at_ms,
argMax(position, (urgency, step, at_ms, position)) AS best_position,
if(rank > 0, {ranking:Array(String)}[rank], if({risky:UInt32} > 0 AND open >= {risky:UInt32}, 'risky_user', '')) AS kind
FROM (SELECT *, arrayMax(kind -> indexOf({ranking:Array(String)}, kind), kinds) AS urgency FROM (${CANDIDATES}))
GROUP BY person`;

const RANKED = `SELECT rank, best_step AS step, best_at_ms AS at_ms, best_position AS position, kind, own AS kinds, open,
count() OVER () AS total, count() OVER (PARTITION BY kind) AS of_kind
FROM (${PEOPLE}) WHERE kind != ''
ORDER BY rank DESC, step DESC, at_ms DESC, position DESC
LIMIT ${MOST_A_KIND} BY kind`;

/**
 * Decisions that wait for a person: those whose challenge ended badly, those that the score and the answer disagree
 * about, and those about which people or events disagree. What an analyst has judged is left out.
 */
export function createReviewCandidates(
  database: Database,
  reads: Pick<Reads, 'viewsAt'>,
): Pick<Analytics, 'reviewCandidates'> {
  return {
    async reviewCandidates(tenant, { from_ms, to_ms }, order, limit, cursor) {
      const size = Math.min(Math.max(Math.trunc(limit), 1), MAX_PAGE);
      const after = cursor === null ? null : readReviewCursor(cursor);
      const ranked = await database.query<Ranked>(
        'read',
        RANKED,
        {
          tenant,
          from: Math.trunc(from_ms),
          to: Math.trunc(to_ms),
          steps: order.scoreSteps,
          ranking: order.kinds.toReversed(),
          risky: order.riskyFrom ?? 0,
        },
        ANALYST_LIMITS,
      );
      const left = after === null ? ranked : ranked.filter((place) => isBehind(place, after));
      const page = left.slice(0, size);
      const views = await reads.viewsAt('read', tenant, page);
      const rows = new Map(
        views.map(({ decision, outcome, feedback }) => [
          decision.position,
          decisionRowOf(decision, { outcome, feedback }),
        ]),
      );
      const last = page.at(-1);
      return {
        data: page.flatMap((person): ReviewCandidate[] => {
          const row = rows.get(person.position);
          return row === undefined
            ? []
            : [{ row, kind: person.kind, also: furtherOf(person, order), open: person.open }];
        }),
        total: ranked[0]?.total ?? 0,
        totals: [...new Map(ranked.map(({ kind, of_kind }) => [kind, of_kind]))].map(([kind, total]) => ({
          kind,
          total,
        })),
        nextCursor: left.length > size && last !== undefined ? writeReviewCursor(last) : null,
      };
    },
  };
}

/** What else applies of what is asked for, the most urgent first. */
function furtherOf({ kind, kinds, open }: Ranked, order: ReviewOrder): readonly ReviewKind[] {
  const own: readonly ReviewKind[] = order.kinds.filter(
    (wanted) => wanted !== kind && kinds.includes(wanted),
  );
  const risky = order.riskyFrom !== null && open >= order.riskyFrom && kind !== 'risky_user';
  return risky ? [...own, 'risky_user'] : own;
}

/** The order of `RANKED`. */
function isBehind(place: ReviewPlace, other: ReviewPlace): boolean {
  for (const name of ['rank', 'step', 'at_ms', 'position'] as const) {
    if (place[name] !== other[name]) return place[name] < other[name];
  }
  return false;
}
