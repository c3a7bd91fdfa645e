import type { Analytics, DecisionRow, ReviewKind, Window } from '../ports/analytics.ts';
import type { Gatehouse, ReviewItem } from './gatehouse.ts';

/** From where the priority of a kind begins; the score adds up to nine, so that kinds never overtake each other by it. */
const BASE: Readonly<Record<ReviewKind, number>> = {
  contradiction: 90,
  challenge_denied: 80,
  high_risk_allowed: 70,
  blocked_with_password: 60,
  challenge_failed: 50,
  risky_user: 40,
};
const SCORE_SHARE = 9;
/** So many striking decisions make a user worth a look whatever each of them says. */
const RISKY_FROM = 3;

const WORDS: Readonly<Record<ReviewKind, string>> = {
  contradiction: 'What people say of this login contradicts what happened, or each other.',
  challenge_denied: 'The user refused the prompt: somebody else may hold the password.',
  high_risk_allowed: 'The risk was high, but the login was let in.',
  blocked_with_password:
    'The login was blocked although the password was right: the password may be known to others.',
  challenge_failed: 'The challenge was failed after a right first factor.',
  risky_user: 'Several decisions about this user wait for a look.',
};

export const REVIEW_ORDERING =
  'Contradictions come first, then refused challenges, high risk that was let in, blocks after a right password, failed challenges, and users with several open decisions; within a kind the higher score, then the newer one.';

/** What a person should look at next: one item a user, the one that matters most. */
export function createReviewQueue(dependencies: {
  readonly analytics: Pick<Analytics, 'reviewCandidates'>;
}): Gatehouse['reviewQueue'] {
  return async (tenant, window: Window, kinds) => {
    const candidates = await dependencies.analytics.reviewCandidates(tenant, window);
    const open = new Map<string, number>();
    for (const { row } of candidates) {
      if (row.userKey !== null) open.set(row.userKey, (open.get(row.userKey) ?? 0) + 1);
    }
    const best = new Map<string, ReviewItem>();
    for (const { row, kinds: found } of candidates) {
      const waiting = row.userKey === null ? 1 : (open.get(row.userKey) ?? 1);
      const all: ReviewKind[] = [...found, ...(waiting >= RISKY_FROM ? (['risky_user'] as const) : [])];
      const wanted = kinds === null ? all : all.filter((kind) => kinds.includes(kind));
      const [kind, ...also] = wanted.toSorted((a, b) => BASE[b] - BASE[a]);
      if (kind === undefined) continue;
      const item: ReviewItem = {
        row,
        kind,
        also,
        priority: Math.round(BASE[kind] + SCORE_SHARE * row.fields.score),
        why: [kind, ...also].map((code) => ({ code, message: WORDS[code] })),
        open: waiting,
      };
      const key = row.userKey ?? row.fields.id;
      const known = best.get(key);
      if (known === undefined || compare(item, known) < 0) best.set(key, item);
    }
    return [...best.values()].toSorted(compare);
  };
}

const compare = (a: ReviewItem, b: ReviewItem): number =>
  b.priority - a.priority || newer(b.row) - newer(a.row) || b.row.position - a.row.position;
const newer = (row: DecisionRow): number => row.occurredAt_ms;
