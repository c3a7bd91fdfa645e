/** The record could not be made durable: disk full, log closed. Nothing of it was kept; sending it again is right. */
export class LogUnavailable extends Error {
  readonly code = 'log_unavailable';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LogUnavailable';
  }
}

/** The log on disk was written by a newer version, or is damaged. The message is one sentence for the operator. */
export class LogUnreadable extends Error {
  readonly code = 'log_unreadable';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LogUnreadable';
  }
}
