import {
  infiniteQueryOptions,
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import {
  isOpenEnded,
  rangeKey,
  type TimeRange,
  type Window,
  windowBefore,
  windowOf,
} from '../lib/time-range.ts';
import {
  listCampaigns,
  lookupUser,
  readDecision,
  readPanel,
  readSession,
  searchDecisions,
} from './client.ts';
import { isProblem } from './problem.ts';
import type { CampaignPage, DecisionPage, DecisionSearch, PanelResult, Session, User } from './types.ts';

/** A login must be on the page within 2 s of its decision; analytics may take most of the first. */
export const LIVE_POLL_MS = 1_000;
/** Panels over a short window move visibly; over weeks they do not, and cost more. */
const PANEL_POLL_MS = 3_000;
const WIDE_PANEL_POLL_MS = 15_000;
const WIDE_MS = 6 * 3_600_000;

/** Waiting only helps where the server or the network was at fault. */
const mayRetry = (failures: number, error: unknown): boolean =>
  failures < 2 && !(isProblem(error) && error.status >= 400 && error.status < 500);

/** `onSignedOut` is called when any call finds that the session is gone; on the sign-in page too. */
export const createQueryClient = (onSignedOut: () => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isProblem(error, 401) && query.queryKey[0] !== 'session') onSignedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (isProblem(error, 401)) onSignedOut();
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

interface Polling {
  readonly range: TimeRange;
  readonly paused: boolean;
}

const pollEvery = ({ range, paused }: Polling, every_ms: number): number | false =>
  paused || !isOpenEnded(range, Date.now()) ? false : every_ms;

type PanelParameters = Readonly<Record<string, string>>;

export const panelQuery = (id: string, polling: Polling, parameters: PanelParameters = {}) =>
  queryOptions<PanelResult>({
    queryKey: ['panel', id, rangeKey(polling.range), parameters],
    queryFn: ({ signal }) => readPanel(id, { ...iso(boundsOf(polling.range)), ...parameters }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(
      polling,
      widthOf(polling.range) > WIDE_MS ? WIDE_PANEL_POLL_MS : PANEL_POLL_MS,
    ),
  });

/** The same panel over the window of the same width just before. */
export const panelBeforeQuery = (id: string, polling: Polling) =>
  queryOptions<PanelResult>({
    queryKey: ['panel-before', id, rangeKey(polling.range)],
    queryFn: ({ signal }) => readPanel(id, iso(windowBefore(boundsOf(polling.range))), signal),
    refetchInterval: pollEvery(polling, WIDE_PANEL_POLL_MS),
  });

/**
 * A range as the search's bounds. A range that ends now sends no `to`: the browser's clock may be behind the
 * server's, and the newest login must not be cut off by that.
 */
const searchBounds = (range: TimeRange): Pick<DecisionSearch, 'from' | 'to'> => {
  const window = windowOf(range, Date.now());
  if (window === null) return {};
  const { from, to } = iso(window);
  return range.kind === 'relative' ? { from } : { from, to };
};

export const liveDecisionsQuery = (limit: number, polling: Polling) =>
  queryOptions<DecisionPage>({
    queryKey: ['live', limit, rangeKey(polling.range)],
    // The next poll is the next try.
    retry: polling.paused ? mayRetry : false,
    queryFn: ({ signal }) => searchDecisions({ ...searchBounds(polling.range), limit }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(polling, LIVE_POLL_MS),
  });

/** The newest decision of all, for pages that have nothing in their range. */
export const newestDecisionQuery = (enabled: boolean) =>
  queryOptions<DecisionPage>({
    queryKey: ['newest'],
    queryFn: ({ signal }) => searchDecisions({ limit: 1 }, signal),
    enabled,
  });

export type DecisionCriteria = Omit<DecisionSearch, 'from' | 'to' | 'limit' | 'cursor'>;

const PAGE_SIZE = 100;

export const decisionsQuery = (criteria: DecisionCriteria, range: TimeRange) =>
  infiniteQueryOptions({
    queryKey: ['decisions', criteria, rangeKey(range)],
    queryFn: ({ signal, pageParam }): Promise<DecisionPage> =>
      searchDecisions(
        {
          ...criteria,
          ...searchBounds(range),
          limit: PAGE_SIZE,
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: DecisionPage) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const decisionQuery = (id: string) =>
  queryOptions({
    queryKey: ['decision', id],
    queryFn: ({ signal }) => readDecision(id, signal),
    // An outcome may come minutes later; a verdict by a colleague too.
    refetchInterval: 10_000,
  });

/** Pages of users and entities follow what happens, more calmly than the stream does. */
const ENTITY_POLL_MS = 5_000;

export const userQuery = (id: string) =>
  queryOptions<User>({
    queryKey: ['user', id],
    queryFn: ({ signal }) => lookupUser(id, signal),
    refetchInterval: ENTITY_POLL_MS,
  });

export const entityDecisionsQuery = (criteria: DecisionCriteria) =>
  queryOptions<DecisionPage>({
    queryKey: ['entity-decisions', criteria],
    queryFn: ({ signal }) => searchDecisions({ ...criteria, limit: 50 }, signal),
    refetchInterval: ENTITY_POLL_MS,
  });

/** Null where this server knows no campaigns. */
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
