import {
  infiniteQueryOptions,
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { isOpenEnded, rangeKey, type TimeRange, type Window, windowOf } from '../lib/time-range.ts';
import {
  listCampaigns,
  listDecisions,
  listViews,
  lookupEntity,
  lookupUser,
  readAnnotations,
  readDecision,
  readHealth,
  readPanel,
  readQueue,
  readRelated,
  readSession,
} from './client.ts';
import { isProblem } from './problem.ts';
import type {
  Annotation,
  CampaignPage,
  DecisionFilter,
  Entity,
  EntityKey,
  Health,
  PanelResult,
  Queue,
  Related,
  RowPage,
  Session,
  User,
  View,
} from './types.ts';

/** Without the stream: a login must be on the page within 2 s of its decision; analytics may take most of the first. */
const LIVE_POLL_MS = 1_000;
/** While the stream brings new rows, the list is asked only for what changed in the older ones. */
const STREAMED_POLL_MS = 10_000;
/** Panels over a short window move visibly; over weeks they do not, and cost more. */
const PANEL_POLL_MS = 5_000;
const WIDE_PANEL_POLL_MS = 15_000;
const WIDE_MS = 6 * 3_600_000;
/** Pages of users and entities follow what happens, more calmly than the stream does. */
const ENTITY_POLL_MS = 5_000;

/** Waiting only helps where the server or the network was at fault; and who has waited long is told so. */
const mayRetry = (failures: number, error: unknown): boolean =>
  failures < 2 && !(isProblem(error) && (error.timedOut || (error.status >= 400 && error.status < 500)));

/** `onSignedOut` is called when any call finds that the session is gone; on the sign-in page too. */
export const createQueryClient = (onSignedOut: () => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isProblem(error, 401) && query.queryKey[0] !== 'session') onSignedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        // A refused API key (erasing) is no ended session.
        if (isProblem(error, 401) && mutation.meta?.ownKey !== true) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: { retry: mayRetry, refetchOnWindowFocus: false, staleTime: 1_000 },
      mutations: { retry: false },
    },
  });

export const sessionQuery = () =>
  queryOptions<Session>({
    queryKey: ['session'],
    queryFn: ({ signal }) => readSession(signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });

const iso = (window: Window): { from: string; to: string } => ({
  from: new Date(window.from_ms).toISOString(),
  to: new Date(window.to_ms).toISOString(),
});

const widthOf = (range: TimeRange): number => {
  const window = windowOf(range, 0);
  return window === null ? Number.POSITIVE_INFINITY : window.to_ms - window.from_ms;
};

/** Panels need both ends; a page without a range has no panels. */
const boundsOf = (range: TimeRange): Window =>
  windowOf(range, Date.now()) ?? { from_ms: 0, to_ms: Date.now() };

export interface Polling {
  readonly range: TimeRange;
  readonly paused: boolean;
}

const pollEvery = ({ range, paused }: Polling, every_ms: number): number | false =>
  paused || !isOpenEnded(range, Date.now()) ? false : every_ms;

const panelPoll = (polling: Polling): number | false =>
  pollEvery(polling, widthOf(polling.range) > WIDE_MS ? WIDE_PANEL_POLL_MS : PANEL_POLL_MS);

/** A panel over the range; `parameters` are the panel's own, and `compare: 'previous'` for all. */
export const panelQuery = (id: string, polling: Polling, parameters: Readonly<Record<string, string>> = {}) =>
  queryOptions<PanelResult>({
    queryKey: ['panel', id, rangeKey(polling.range), parameters],
    queryFn: ({ signal }) => readPanel(id, { ...iso(boundsOf(polling.range)), ...parameters }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: panelPoll(polling),
  });

/**
 * A range as the search's bounds. A range that ends now sends no `to`: the browser's clock may be behind the
 * server's, and the newest login must not be cut off by that.
 */
const searchBounds = (range: TimeRange): Pick<DecisionFilter, 'from' | 'to'> => {
  const window = windowOf(range, Date.now());
  if (window === null) return {};
  const { from, to } = iso(window);
  return range.kind === 'relative' ? { from } : { from, to };
};

/** The newest rows of the range. A stream brings the later ones; without it the list is asked again and again. */
export const liveDecisionsQuery = (limit: number, polling: Polling, streaming: boolean) =>
  queryOptions<RowPage>({
    queryKey: ['live', limit, rangeKey(polling.range)],
    // The next poll is the next try.
    retry: polling.paused ? mayRetry : false,
    queryFn: ({ signal }) => listDecisions({ ...searchBounds(polling.range), limit }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(polling, streaming ? STREAMED_POLL_MS : LIVE_POLL_MS),
  });

/** The newest decision of all, for pages that have nothing in their range. */
export const newestDecisionQuery = (enabled: boolean) =>
  queryOptions<RowPage>({
    queryKey: ['newest'],
    queryFn: ({ signal }) => listDecisions({ limit: 1 }, signal),
    enabled,
  });

export type DecisionCriteria = Omit<DecisionFilter, 'from' | 'to'>;

/** Two screens of a desktop; the next page is asked for before the end of this one comes into view. */
const PAGE_SIZE = 50;

/** Outcomes and verdicts come to rows that are listed long since; the more pages are loaded, the seldomer all are asked. */
export const decisionsQuery = (criteria: DecisionCriteria, range: TimeRange, paused: boolean) =>
  infiniteQueryOptions({
    queryKey: ['decisions', criteria, rangeKey(range)],
    queryFn: ({ signal, pageParam }): Promise<RowPage> =>
      listDecisions(
        {
          ...criteria,
          ...searchBounds(range),
          limit: PAGE_SIZE,
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: RowPage) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (paused ? false : STREAMED_POLL_MS * (state.data?.pages.length ?? 1)),
  });

/** The filter of an export: the bounds as they are at this moment. */
export const exportFilter = (criteria: DecisionCriteria, range: TimeRange): DecisionFilter => ({
  ...criteria,
  ...searchBounds(range),
});

export const decisionQuery = (id: string) =>
  queryOptions({
    queryKey: ['decision', id],
    queryFn: ({ signal }) => readDecision(id, signal),
    // An outcome may come minutes later; a verdict by a colleague too.
    refetchInterval: 10_000,
  });

export const relatedQuery = (id: string) =>
  queryOptions<Related>({
    queryKey: ['related', id],
    queryFn: ({ signal }) => readRelated(id, signal),
    staleTime: 30_000,
  });

export const userQuery = (id: string) =>
  queryOptions<User>({
    queryKey: ['user', id],
    queryFn: ({ signal }) => lookupUser(id, signal),
    refetchInterval: ENTITY_POLL_MS,
  });

export const entityQuery = (key: EntityKey, range: TimeRange) =>
  queryOptions<Entity>({
    queryKey: ['entity', key, rangeKey(range)],
    queryFn: ({ signal }) => lookupEntity(key, iso(boundsOf(range)), signal),
    placeholderData: keepPreviousData,
    refetchInterval: ENTITY_POLL_MS,
  });

export const entityDecisionsQuery = (criteria: DecisionCriteria, range: TimeRange) =>
  queryOptions<RowPage>({
    queryKey: ['entity-decisions', criteria, rangeKey(range)],
    queryFn: ({ signal }) => listDecisions({ ...criteria, ...searchBounds(range), limit: 50 }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ENTITY_POLL_MS,
  });

export const QUEUE_KEY = ['queue'] as const;

export const queueQuery = (kind: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [...QUEUE_KEY, kind ?? ''],
    queryFn: ({ signal, pageParam }): Promise<Queue> => readQueue(kind, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Queue) => page.next_cursor,
    refetchInterval: ({ state }) => ENTITY_POLL_MS * (state.data?.pages.length ?? 1),
  });

export const viewsQuery = () =>
  queryOptions<readonly View[]>({
    queryKey: ['views'],
    queryFn: async ({ signal }) => (await listViews(signal)).data,
    staleTime: 30_000,
  });

/** Null where this server does not look for campaigns: then the page leaves them out. */
export const campaignsQuery = (polling: Polling) =>
  queryOptions<CampaignPage | null>({
    queryKey: ['campaigns', rangeKey(polling.range)],
    queryFn: async ({ signal }) => {
      try {
        return await listCampaigns(iso(boundsOf(polling.range)), signal);
      } catch (error) {
        if (isProblem(error, 404)) return null;
        throw error;
      }
    },
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(polling, PANEL_POLL_MS),
  });

export const annotationsQuery = (polling: Polling) =>
  queryOptions<readonly Annotation[]>({
    queryKey: ['annotations', rangeKey(polling.range)],
    queryFn: async ({ signal }) => (await readAnnotations(iso(boundsOf(polling.range)), signal)).data,
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(polling, WIDE_PANEL_POLL_MS),
  });

export const healthQuery = () =>
  queryOptions<Health>({
    queryKey: ['health'],
    queryFn: ({ signal }) => readHealth(signal),
    refetchInterval: ENTITY_POLL_MS,
  });
