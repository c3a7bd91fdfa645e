import type { DecisionView, LogRecord } from '../core/record.ts';

/** Search over decisions; times are event times in milliseconds. Absent means any. */
export interface DecisionFilter {
  readonly userId?: string;
  readonly userKey?: string;
  readonly ip?: string;
  readonly deviceKey?: string;
  readonly sessionKey?: string;
  readonly eventId?: string;
  readonly attemptId?: string;
  readonly action?: string;
  readonly level?: string;
  readonly reason?: string;
  readonly country?: string;
  readonly asn?: number;
  /** Inclusive. */
  readonly from_ms?: number;
  /** Exclusive. */
  readonly to_ms?: number;
}

export interface DecisionPage {
  readonly data: readonly DecisionView[];
  /** Opaque; `null` at the end. */
  readonly nextCursor: string | null;
}

export interface PanelParameter {
  readonly name: string;
  readonly type: 'string' | 'number' | 'time';
  readonly required: boolean;
  readonly description: string;
}

export interface PanelColumn {
  readonly name: string;
  readonly type: 'time' | 'string' | 'number';
  readonly unit: string | null;
}

export interface PanelInfo {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly PanelParameter[];
  readonly schema: readonly PanelColumn[];
  readonly chart: 'tiles' | 'stacked_area' | 'bars' | 'table';
}

export interface PanelResult {
  readonly id: string;
  readonly title: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly bucket_s: number;
  readonly source: 'raw' | 'minute' | 'hour' | 'day';
  readonly schema: readonly PanelColumn[];
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** Name of the SQL that answered. */
  readonly sql: string;
}

/** The analysts' copy. Every call may fail with AnalyticsUnavailable (code `analytics_unavailable`). */
export interface Analytics {
  /** Brings the schema up to date. @throws SchemaTooNew (code `schema_too_new`) for a directory of a newer version. */
  migrate(): Promise<void>;
  /** By decision id, from what was inserted. */
  decision(tenant: string, id: string): Promise<DecisionView | undefined>;
  /** Newest first. @throws InvalidCursor (code `invalid_cursor`). */
  search(tenant: string, filter: DecisionFilter, limit: number, cursor: string | null): Promise<DecisionPage>;
  /** All decisions of one user, oldest first, for rebuilding a profile and for export; fetched in pages inside. */
  history(tenant: string, userKey: string): AsyncIterable<DecisionView>;
  panels(): readonly PanelInfo[];
  /** @throws UnknownPanel (code `unknown_panel`), InvalidPanelParameter (code `invalid_parameter`). */
  panel(tenant: string, id: string, parameters: Readonly<Record<string, string>>): Promise<PanelResult>;
  /** Removes every row about the user and corrects the rollups. Returns the number of decisions removed. */
  erase(tenant: string, userKey: string): Promise<number>;
  status(): Promise<AnalyticsStatus>;
  close(): Promise<void>;
}

export interface AnalyticsStatus {
  readonly ok: boolean;
  readonly problem: string | null;
  /** Log records not yet inserted. */
  readonly lagRecords: number | null;
  /** Age of the oldest record that is not yet inserted, by the clock of receipt. */
  readonly lag_ms: number | null;
  readonly parkedRows: number;
  readonly insertedRows: number;
}

/** What the sink needs of analytics: insert a batch once, and set right what an unclean stop left half done. */
export interface AnalyticsSink {
  /** May make a batch ready that will be handed to `insert` next, while another insert is under way. Never fails. */
  prepare?(batchId: string, records: readonly LogRecord[]): void;
  /** Inserts all rows of a batch and its rollups. @throws RowsRefused (code `rows_refused`) when the rows themselves are at fault. */
  insert(batchId: string, records: readonly LogRecord[]): Promise<void>;
  /** For a batch whose insert may have happened: inserts what is missing and rebuilds the rollup buckets it touches from raw. */
  repair(batchId: string, records: readonly LogRecord[]): Promise<void>;
}
