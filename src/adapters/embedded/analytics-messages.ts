import type { DecisionView, ForgottenDeviceRecord } from '../../core/record.ts';
import type {
  AnalyticsStatus,
  CampaignFilter,
  CampaignPage,
  DecisionFilter,
  DecisionPage,
  DecisionRowPage,
  EntityActivity,
  EntitySubject,
  PanelInfo,
  PanelResult,
  ParkedSummary,
  ResentRows,
  ReviewOrder,
  ReviewPage,
  UserActivity,
  VersionChange,
  Window,
} from '../../ports/analytics.ts';
import {
  AnalyticsError,
  type AnalyticsErrorCode,
  AnalyticsUnavailable,
  DataDirLocked,
  InvalidPanelParameter,
  SchemaTooNew,
} from '../../ports/analytics-errors.ts';

/** What the thread is started with. */
export interface ThreadConfig {
  readonly logPath: string;
  readonly journalPath: string;
  readonly analyticsPath: string;
  readonly durability: 'process' | 'power';
  readonly retention: Readonly<Record<string, number>>;
  readonly maxRows: number;
  readonly maxWait_ms: number;
}

/** Calls that the thread answers, by name. */
export interface ThreadCalls {
  decision: { args: readonly [tenant: string, id: string]; answer: DecisionView | undefined };
  search: {
    args: readonly [tenant: string, filter: DecisionFilter, limit: number, cursor: string | null];
    answer: DecisionPage;
  };
  rows: {
    args: readonly [tenant: string, filter: DecisionFilter, limit: number, cursor: string | null];
    answer: DecisionRowPage;
  };
  count: { args: readonly [tenant: string, filter: DecisionFilter]; answer: number };
  entity: {
    args: readonly [tenant: string, subject: EntitySubject, window: Window];
    answer: EntityActivity;
  };
  userActivity: { args: readonly [tenant: string, userKey: string, window: Window]; answer: UserActivity };
  reviewCandidates: {
    args: readonly [tenant: string, window: Window, order: ReviewOrder, limit: number, cursor: string | null];
    answer: ReviewPage;
  };
  versionChanges: { args: readonly [tenant: string, window: Window]; answer: readonly VersionChange[] };
  parked: { args: readonly [tenant: string, limit: number]; answer: readonly ParkedSummary[] };
  resendParked: { args: readonly [tenant: string, positions: readonly number[] | null]; answer: ResentRows };
  campaigns: {
    args: readonly [tenant: string, filter: CampaignFilter, limit: number, cursor: string | null];
    answer: CampaignPage;
  };
  historyPage: {
    args: readonly [tenant: string, userKey: string, from: HistoryMark | null];
    answer: HistoryPage;
  };
  forgottenDevices: {
    args: readonly [tenant: string, userKey: string];
    answer: readonly ForgottenDeviceRecord[];
  };
  panel: {
    args: readonly [tenant: string, id: string, parameters: Readonly<Record<string, string>>];
    answer: PanelResult;
  };
  erase: { args: readonly [tenant: string, userKey: string]; answer: number };
  eraseUpTo: {
    args: readonly [tenant: string, userKey: string, position: number, loginKeys: readonly string[]];
    answer: number;
  };
  eraseParked: {
    args: readonly [tenant: string, userKey: string, upTo: number, loginKeys: readonly string[]];
    answer: number;
  };
  migrate: { args: readonly []; answer: undefined };
  status: { args: readonly []; answer: AnalyticsStatus };
  acknowledged: { args: readonly []; answer: number };
  flush: { args: readonly []; answer: undefined };
  close: { args: readonly []; answer: undefined };
}

/** The last decision of a page of history. */
export interface HistoryMark {
  readonly at_ms: number;
  readonly position: number;
}

export interface HistoryPage {
  readonly views: readonly DecisionView[];
  /** `null`: this was the last page. */
  readonly next: HistoryMark | null;
}

export type ToThread =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: keyof ThreadCalls;
      readonly args: readonly unknown[];
      /** The caller's clock: the thread's differs where a test or a replay hands one in. */
      readonly now_ms: number;
    }
  | { readonly kind: 'nudge' };

export type FromThread =
  | { readonly kind: 'ready'; readonly panels: readonly PanelInfo[] }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: PlainError }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };

/** An error between threads: a class does not survive the way. */
export interface PlainError {
  readonly code: string | null;
  readonly message: string;
  readonly parameter: string | null;
  /** For the operator's log. */
  readonly cause: string | null;
}

export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error))
    return { code: null, message: 'unknown failure', parameter: null, cause: null };
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : null,
    message: error.message,
    parameter: error instanceof InvalidPanelParameter ? error.parameter : null,
    cause: error.cause instanceof Error ? error.cause.message : null,
  };
}

const CODES: ReadonlySet<string> = new Set<AnalyticsErrorCode>([
  'analytics_unavailable',
  'schema_too_new',
  'data_dir_locked',
  'invalid_cursor',
  'unknown_panel',
  'invalid_parameter',
  'rows_refused',
]);

export function fromPlainError({ code, message, parameter, cause }: PlainError): Error {
  const options = cause === null ? undefined : { cause: new Error(cause) };
  switch (code) {
    case 'schema_too_new':
      return new SchemaTooNew(message);
    case 'data_dir_locked':
      return new DataDirLocked(message, options);
    case 'invalid_parameter':
      return new InvalidPanelParameter(parameter ?? '', message);
    default:
      if (code !== null && CODES.has(code))
        return new AnalyticsError(code as AnalyticsErrorCode, message, options);
      return new AnalyticsUnavailable('Analytics failed.', { cause: new Error(message) });
  }
}
