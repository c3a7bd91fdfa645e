import { feedbackFromJson, outcomeFromJson } from '../../contracts/rows/record-json.ts';
import { decisionFromText } from '../../contracts/rows/record-text.ts';
import { positionOfId } from '../../core/decision-id.ts';
import { MOST_FEEDBACK, withFeedback } from '../../core/feedback.ts';
import type {
  DecisionView,
  FeedbackRecord,
  ForgottenDeviceRecord,
  OutcomeRecord,
} from '../../core/record.ts';
import type { Analytics, DecisionFilter } from '../../ports/analytics.ts';
import type { Clock } from '../../ports/clock.ts';
import { conditionsOf, isOfOneUser, NOT_BY_USER, settingsFor } from './conditions.ts';
import { continueAfter, type Place, readCursor, writeCursor } from './cursor.ts';
import { ANALYST_LIMITS, type Database, LOOKUP_LIMITS } from './database.ts';
import { newestFirst, type Span } from './newest-first.ts';

const MAX_PAGE = 200;
/** Decisions of one user fetched at a time: about 5 MB of records. */
const HISTORY_PAGE = 1_000;

const OF_IDS = 'tenant = {tenant:String} AND decision_id IN {ids:Array(String)}';
/** The newest verdicts of each decision and the newest analyst's, which stands (see `withFeedback`). */
const NEWEST_FEEDBACK = `SELECT record FROM (
    SELECT decision_id, position, source, record,
    row_number() OVER (PARTITION BY decision_id ORDER BY position DESC) AS nth,
    row_number() OVER (PARTITION BY decision_id, source ORDER BY position DESC) AS nth_of_source
    FROM feedback WHERE ${OF_IDS}
)
WHERE nth <= ${MOST_FEEDBACK} OR (source = 'analyst' AND nth_of_source = 1)
ORDER BY position LIMIT 1 BY decision_id, position`;

type Kind = 'read' | 'lookup';

/** One page of a user's history, and where the next one begins. */
export interface HistoryPage {
  readonly views: readonly DecisionView[];
  /** `null`: this was the last page. */
  readonly next: Place | null;
}

export interface Reads extends Pick<Analytics, 'decision' | 'search' | 'history' | 'forgottenDevices'> {
  /** Where the decisions of a page stand, newest first, and the cursor behind it. */
  page(tenant: string, filter: DecisionFilter, size: number, cursor: string | null): Promise<Page>;
  /** The whole records at places, in their order, with what was said of them since. */
  viewsAt(kind: Kind, tenant: string, places: readonly Place[]): Promise<DecisionView[]>;
  historyPage(tenant: string, userKey: string, from: Place | null): Promise<HistoryPage>;
}

interface ForgottenDeviceRow {
  readonly position: number;
  readonly at_ms: number;
  readonly device_key: string;
  readonly actor_type: string;
  readonly actor_id: string;
  readonly note: string;
}

export interface Page {
  readonly places: readonly Place[];
  readonly nextCursor: string | null;
}

/** Decisions with what was said of them since, as they were recorded. */
export function createReads(database: Database, clock: Clock): Reads {
  /** The whole records at places that a narrow query found, in its order. */
  async function viewsAt(kind: Kind, tenant: string, places: readonly Place[]): Promise<DecisionView[]> {
    if (places.length === 0) return [];
    // Both as constants, for which marks are passed over by key and by index: of values that the query itself computes, ten
    // million rows are compared one by one, for two seconds.
    const rows = await database.query<{ id: string; position: number; record: string }>(
      kind,
      `SELECT id, position, record FROM decisions
WHERE tenant = {tenant:String}
AND occurred_at IN {times:Array(DateTime64(3, 'UTC'))}
AND position IN {positions:Array(UInt64)}
LIMIT 1 BY id${NOT_BY_USER}`,
      {
        tenant,
        times: [...new Set(places.map(({ at_ms }) => timeText(at_ms)))],
        positions: places.map(({ position }) => position),
      },
      kind === 'read' ? ANALYST_LIMITS : LOOKUP_LIMITS,
    );
    const order = new Map(places.map(({ position }, index) => [position, index]));
    rows.sort((a, b) => (order.get(a.position) ?? 0) - (order.get(b.position) ?? 0));
    const ids = rows.map(({ id }) => id);
    const outcomes = new Map<string, OutcomeRecord>();
    const feedback = new Map<string, readonly FeedbackRecord[]>();
    const [answers, verdicts] = await Promise.all([
      database.query<{ record: string }>(
        kind,
        `SELECT record FROM outcomes WHERE ${OF_IDS} ORDER BY position LIMIT 1 BY decision_id, position`,
        { tenant, ids },
        LOOKUP_LIMITS,
      ),
      database.query<{ record: string }>(kind, NEWEST_FEEDBACK, { tenant, ids }, LOOKUP_LIMITS),
    ]);
    for (const { record } of answers) {
      const outcome = outcomeFromJson(record);
      if (!outcomes.has(outcome.decisionId)) outcomes.set(outcome.decisionId, outcome);
    }
    for (const { record } of verdicts) {
      const entry = feedbackFromJson(record);
      feedback.set(entry.decisionId, withFeedback(feedback.get(entry.decisionId) ?? [], entry));
    }
    return rows.map(({ id, record }) => ({
      decision: decisionFromText(record),
      outcome: outcomes.get(id) ?? null,
      feedback: feedback.get(id) ?? [],
    }));
  }

  async function page(
    tenant: string,
    filter: DecisionFilter,
    size: number,
    cursor: string | null,
  ): Promise<Page> {
    const ask = ({ from_ms, to_ms }: Span, limit: number): Promise<Place[]> => {
      const { conditions, parameters } = conditionsOf({
        ...filter,
        ...(from_ms === null ? {} : { from_ms }),
        ...(to_ms === null ? {} : { to_ms }),
      });
      continueAfter(cursor, conditions, parameters);
      return database.query<Place>(
        'read',
        `SELECT toUnixTimestamp64Milli(occurred_at) AS at_ms, position FROM decisions
WHERE ${['tenant = {tenant:String}', ...conditions].join('\nAND ')}
ORDER BY occurred_at DESC, position DESC
LIMIT {size:UInt32}${settingsFor(filter)}`,
        { ...parameters, tenant, size: limit },
        ANALYST_LIMITS,
      );
    };
    const within = spanOf(filter, cursor);
    const found = isOfOneUser(filter)
      ? await ask(within, size + 1)
      : await newestFirst({ within, now_ms: clock(), wanted: size + 1, ask });
    const places = found.slice(0, size);
    const last = places.at(-1);
    return { places, nextCursor: found.length > size && last !== undefined ? writeCursor(last) : null };
  }

  async function historyPage(tenant: string, userKey: string, from: Place | null): Promise<HistoryPage> {
    const after = from ?? { at_ms: -1, position: 0 };
    const places = await database.query<Place>(
      'lookup',
      `SELECT toUnixTimestamp64Milli(occurred_at) AS at_ms, position FROM decisions
WHERE tenant = {tenant:String} AND user_key = {user:String}
AND (toUnixTimestamp64Milli(occurred_at) > {at:Int64}
OR (toUnixTimestamp64Milli(occurred_at) = {at:Int64} AND position > {position:UInt64}))
ORDER BY occurred_at, position
LIMIT 1 BY id
LIMIT {size:UInt32}`,
      { tenant, user: userKey, at: after.at_ms, position: after.position, size: HISTORY_PAGE },
    );
    return {
      views: await viewsAt('lookup', tenant, places),
      next: places.length < HISTORY_PAGE ? null : (places.at(-1) ?? null),
    };
  }

  return {
    async decision(tenant, id) {
      const position = positionOfId(id);
      const places = await database.query<Place>(
        'lookup',
        `SELECT toUnixTimestamp64Milli(occurred_at) AS at_ms, position FROM decisions
WHERE tenant = {tenant:String} AND id = {id:String}
${position === undefined ? '' : 'AND position = {position:UInt64}'}
LIMIT 1${NOT_BY_USER}`,
        { tenant, id, ...(position === undefined ? {} : { position }) },
      );
      const [view] = await viewsAt('lookup', tenant, places);
      return view?.decision.id === id ? view : undefined;
    },

    async search(tenant, filter, limit, cursor) {
      const size = Math.min(Math.max(Math.trunc(limit), 1), MAX_PAGE);
      const { places, nextCursor } = await page(tenant, filter, size, cursor);
      return { data: await viewsAt('read', tenant, places), nextCursor };
    },

    async *history(tenant, userKey) {
      let from: Place | null = null;
      do {
        const page: HistoryPage = await historyPage(tenant, userKey, from);
        yield* page.views;
        from = page.next;
      } while (from !== null);
    },

    async forgottenDevices(tenant, userKey) {
      const rows = await database.query<ForgottenDeviceRow>(
        'lookup',
        `SELECT position, toUnixTimestamp64Milli(recorded_at) AS at_ms, device_key, actor_type, actor_id, note
FROM forgotten_devices WHERE tenant = {tenant:String} AND user_key = {user:String}
ORDER BY position LIMIT 1 BY position`,
        { tenant, user: userKey },
        LOOKUP_LIMITS,
      );
      return rows.map(
        (row): ForgottenDeviceRecord => ({
          kind: 'forgotten_device',
          position: row.position,
          tenant,
          userKey,
          deviceKey: row.device_key,
          actor:
            row.actor_type === ''
              ? null
              : { type: row.actor_type, id: row.actor_id === '' ? null : row.actor_id },
          note: row.note === '' ? null : row.note,
          recordedAt_ms: row.at_ms,
        }),
      );
    },

    historyPage,
    page,
    viewsAt,
  };
}

/** As ClickHouse reads a `DateTime64(3, 'UTC')`. */
const timeText = (at_ms: number): string => new Date(at_ms).toISOString().replace('T', ' ').replace('Z', '');

/** What a filter asks for of time, up to a cursor's place. */
function spanOf({ from_ms, to_ms }: DecisionFilter, cursor: string | null): Span {
  const before_ms = cursor === null ? null : readCursor(cursor).at_ms + 1;
  const end_ms = Math.min(to_ms ?? Number.POSITIVE_INFINITY, before_ms ?? Number.POSITIVE_INFINITY);
  return { from_ms: from_ms ?? null, to_ms: Number.isFinite(end_ms) ? end_ms : null };
}
