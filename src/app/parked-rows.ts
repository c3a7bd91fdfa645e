import type { LogRecord } from '../core/record.ts';
import type { AnalyticsSink, ParkedSummary, ResentRows } from '../ports/analytics.ts';
import type { ParkedRow, ParkedRows } from '../ports/decision-log.ts';

/** Rows of one tenant that analytics refused. */
export interface ParkedRowsUseCase {
  /** By position, ascending, at most `MAX_LISTED`. */
  list(tenant: string): Promise<readonly ParkedRow[]>;
  /**
   * Tries rows again, all of the tenant's when no position is named. A row that is refused again stays parked.
   * @throws AnalyticsUnavailable when analytics does not answer; nothing is lost.
   */
  resend(tenant: string, positions: readonly number[] | null): Promise<ResentRows>;
  /**
   * Removes what was logged of a user up to a position: sent again after a mend, it would bring them back. `loginKeys`:
   * names that were theirs, besides those that parked logins of theirs came with. Returns the number of decisions.
   */
  erase(tenant: string, userKey: string, upTo: number, loginKeys: readonly string[]): Promise<number>;
}

/** What an operator is shown of a parked row: nothing about a person. */
export function summarizeParked({ position, record, reason, parkedAt_ms }: ParkedRow): ParkedSummary {
  const decisionId = record.kind === 'decision' ? record.id : 'decisionId' in record ? record.decisionId : '';
  const recordedAt_ms = Math.floor(position / MICROS_PER_MS);
  return { position, kind: record.kind, decisionId, reason, recordedAt_ms, parkedAt_ms };
}

const MICROS_PER_MS = 1_000;
export const MAX_LISTED = 1_000;
/** Parked rows of all tenants that are looked through. */
const LOOKED_AT = 100_000;
const RESENT_AT_ONCE = 1_000;
const PAGE = 1_000;

/** What an operator can do about rows that analytics refused: see them, and send them again after mending why. */
export function createParkedRowsUseCase(options: {
  readonly parked: ParkedRows;
  readonly sink: Pick<AnalyticsSink, 'repair'>;
}): ParkedRowsUseCase {
  const { parked, sink } = options;
  const ofTenant = async (tenant: string): Promise<readonly ParkedRow[]> =>
    (await parked.list(LOOKED_AT)).filter(({ record }) => record.tenant === tenant);

  async function* pages(): AsyncIterable<readonly ParkedRow[]> {
    for (let after = 0; ; ) {
      const page = await parked.list(PAGE, after);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.position;
    }
  }

  /** How many went in; those that are refused again do not keep the others. */
  async function resendSome(rows: readonly ParkedRow[]): Promise<number> {
    const [first, second] = rows;
    if (first === undefined) return 0;
    try {
      await sink.repair(
        `parked-${first.position}`,
        rows.map(({ record }) => record),
      );
    } catch (error) {
      const refused = refusedPositions(error);
      if (refused === undefined) throw error;
      if (refused.size > 0) return resendSome(rows.filter(({ position }) => !refused.has(position)));
      if (second === undefined) return 0;
      const middle = Math.ceil(rows.length / 2);
      return (await resendSome(rows.slice(0, middle))) + (await resendSome(rows.slice(middle)));
    }
    await parked.unpark(rows.map(({ position }) => position));
    return rows.length;
  }

  return {
    list: async (tenant) => (await ofTenant(tenant)).slice(0, MAX_LISTED),
    async resend(tenant, positions) {
      const wanted = positions === null ? null : new Set(positions);
      const rows = (await ofTenant(tenant)).filter(({ position }) => wanted?.has(position) ?? true);
      let resent = 0;
      for (let from = 0; from < rows.length; from += RESENT_AT_ONCE) {
        resent += await resendSome(rows.slice(from, from + RESENT_AT_ONCE));
      }
      return { resent, refused: rows.length - resent };
    },
    async erase(tenant, userKey, upTo, loginKeys) {
      const isOfUser = (record: LogRecord): boolean =>
        record.tenant === tenant && userOf(record) === userKey && record.position <= upTo;
      const names = new Set(loginKeys);
      for await (const page of pages()) {
        for (const { record } of page) {
          if (record.kind !== 'decision' || !isOfUser(record)) continue;
          if (record.event.user.loginKey !== null) names.add(record.event.user.loginKey);
        }
      }
      // What was said of a decision stands behind it.
      const decisions = new Set<string>();
      for await (const page of pages()) {
        const gone = page.filter(({ record }) => {
          if (record.tenant !== tenant || record.position > upTo || record.kind === 'erasure') return false;
          if (record.kind === 'decision') {
            const { key, loginKey } = record.event.user;
            const isTheirs = key === userKey || (key === null && loginKey !== null && names.has(loginKey));
            if (isTheirs) decisions.add(record.id);
            return isTheirs;
          }
          return isOfUser(record) || ('decisionId' in record && decisions.has(record.decisionId));
        });
        await parked.unpark(gone.map(({ position }) => position));
      }
      return decisions.size;
    },
  };
}

/** Positions that are said to be at fault (none: some are, unknown which); `undefined`: the rows are not at fault. */
function refusedPositions(error: unknown): ReadonlySet<number> | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'rows_refused') return undefined;
  return new Set('positions' in error && Array.isArray(error.positions) ? (error.positions as number[]) : []);
}

const userOf = (record: LogRecord): string | null =>
  record.kind === 'decision' ? record.event.user.key : record.userKey;
