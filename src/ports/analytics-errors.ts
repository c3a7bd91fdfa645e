export type AnalyticsErrorCode =
  /** Analytics does not answer now; what was logged stays in the log until it does. */
  | 'analytics_unavailable'
  /** The stored schema is newer than this version. */
  | 'schema_too_new'
  /** Another process has the data directory open. */
  | 'data_dir_locked'
  | 'invalid_cursor'
  | 'unknown_panel'
  | 'invalid_parameter'
  /** The rows themselves are at fault, so that sending them again cannot help. */
  | 'rows_refused';

/** A refusal of analytics. `message` is for the caller and holds no internals; those are in `cause`. */
export class AnalyticsError extends Error {
  readonly code: AnalyticsErrorCode;

  constructor(code: AnalyticsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AnalyticsError';
    this.code = code;
  }
}

export class AnalyticsUnavailable extends AnalyticsError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('analytics_unavailable', message, options);
    this.name = 'AnalyticsUnavailable';
  }
}

export class SchemaTooNew extends AnalyticsError {
  constructor(message: string) {
    super('schema_too_new', message);
    this.name = 'SchemaTooNew';
  }
}

export class DataDirLocked extends AnalyticsError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('data_dir_locked', message, options);
    this.name = 'DataDirLocked';
  }
}

export class InvalidCursor extends AnalyticsError {
  constructor() {
    super('invalid_cursor', 'The cursor is not one that this search gave out.');
    this.name = 'InvalidCursor';
  }
}

export class UnknownPanel extends AnalyticsError {
  constructor() {
    super('unknown_panel', 'There is no panel with this id.');
    this.name = 'UnknownPanel';
  }
}

export class InvalidPanelParameter extends AnalyticsError {
  /** Name of the parameter. */
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super('invalid_parameter', message);
    this.name = 'InvalidPanelParameter';
    this.parameter = parameter;
  }
}

export class RowsRefused extends AnalyticsError {
  /** Positions of the rows known to be at fault; `null`: some of them, unknown which. */
  readonly positions: readonly number[] | null;

  constructor(message: string, positions: readonly number[] | null, options?: { cause?: unknown }) {
    super('rows_refused', message, options);
    this.name = 'RowsRefused';
    this.positions = positions;
  }
}
