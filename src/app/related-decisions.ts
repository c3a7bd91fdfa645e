import type { Analytics, DecisionFilter, DecisionRow } from '../ports/analytics.ts';
import type { Gatehouse, RelatedDecisions } from './gatehouse.ts';
import type { ReadDecision } from './read-decision.ts';

const AROUND_MS = 30 * 86_400_000;
const SHOWN = 10;
/** The last accepted login is among the last few events of a user, unless somebody hammers the account. */
const PREVIOUS_AMONG = 50;

/** What a decision is seen beside: the user's login before it, and decisions of the same user, address and device. */
export function createRelatedDecisions(dependencies: {
  readonly analytics: Pick<Analytics, 'rows' | 'count'>;
  readonly readDecision: ReadDecision;
}): Gatehouse['relatedDecisions'] {
  const { analytics, readDecision } = dependencies;

  return async (tenant, id) => {
    const { decision } = await readDecision(tenant, id);
    const { event } = decision;
    const at_ms = event.occurredAt_ms;
    const around = { from_ms: at_ms - AROUND_MS, to_ms: at_ms + AROUND_MS };

    const others = async (filter: DecisionFilter): Promise<RelatedDecisions['address']> => {
      const [page, total] = await Promise.all([
        analytics.rows(tenant, { ...filter, ...around }, SHOWN + 1, null),
        analytics.count(tenant, { ...filter, ...around }),
      ]);
      const found = page.data.some((row) => row.fields.id === id);
      const data = page.data.filter((row) => row.fields.id !== id).slice(0, SHOWN);
      // Analytics may not have this decision yet, or it may be older than the page.
      return { total: found || total > page.data.length ? Math.max(0, total - 1) : total, data };
    };
    const previousOf = async (userKey: string): Promise<DecisionRow | null> => {
      const page = await analytics.rows(
        tenant,
        { userKey, status: 'succeeded', source: ['risk', 'event', 'import', 'replay'], to_ms: at_ms },
        PREVIOUS_AMONG,
        null,
      );
      return page.data.find((row) => row.fields.id !== id && wasAccepted(row)) ?? null;
    };

    const userKey = event.user.key;
    const deviceKey = event.device?.key ?? null;
    const [previous, user, address, device] = await Promise.all([
      userKey === null ? null : previousOf(userKey),
      userKey === null ? null : others({ userKey }),
      others({ ip: event.context.ip }),
      deviceKey === null ? null : others({ deviceKey }),
    ]);
    return { previous, user, address, device };
  };
}

/** Allowed at once, or by the challenge that was passed. */
const wasAccepted = ({ fields, outcome }: DecisionRow): boolean =>
  outcome === null ? fields.action === 'allow' : outcome.finalAction === 'allow';
