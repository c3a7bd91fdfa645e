import { type Analytics, REVIEW_KINDS, type ReviewKind } from '../ports/analytics.ts';
import type { Gatehouse } from './gatehouse.ts';

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
  challenge_denied:
    'The first factor was right, and then the prompt was refused: somebody else may hold the password.',
  high_risk_allowed: 'The risk was high, but the login was let in.',
  blocked_with_password:
    'The login was blocked although the first factor was right: the password may be known to others.',
  challenge_failed: 'The first factor was right, and then the second one failed.',
  risky_user: 'Several decisions about this user wait for a look.',
};

export const REVIEW_ORDERING =
  'Contradictions come first, then refused second factors, high risk that was let in, blocks after a right first factor, failed second factors, and users with several open decisions; within a kind the higher score, then the newer one.';

/** The most urgent first. */
const ORDERED = REVIEW_KINDS.toSorted((a, b) => BASE[b] - BASE[a]);

/** What a person should look at next: one item a user, the one that matters most. */
export function createReviewQueue(dependencies: {
  readonly analytics: Pick<Analytics, 'reviewCandidates'>;
}): Gatehouse['reviewQueue'] {
  return async (tenant, { window, kinds, limit, cursor }) => {
    const wanted = kinds === null ? ORDERED : ORDERED.filter((kind) => kinds.includes(kind));
    const order = {
      kinds: wanted.filter((kind) => kind !== 'risky_user'),
      riskyFrom: wanted.includes('risky_user') ? RISKY_FROM : null,
      scoreSteps: SCORE_SHARE,
    };
    const page = await dependencies.analytics.reviewCandidates(tenant, window, order, limit, cursor);
    return {
      ...page,
      data: page.data.map(({ row, kind, also, open }) => ({
        row,
        kind,
        also,
        priority: Math.round(BASE[kind] + SCORE_SHARE * row.fields.score),
        why: [kind, ...also].map((code) => ({ code, message: WORDS[code] })),
        open,
      })),
    };
  };
}
