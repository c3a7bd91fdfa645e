export type AppErrorCode =
  /** Unknown or foreign id. */
  | 'not_found'
  /** The same event_id came with another body. */
  | 'idempotency_mismatch'
  /** The challenge belongs to another user. */
  | 'user_mismatch'
  /** Another outcome was already reported. */
  | 'outcome_conflict'
  | 'challenge_expired'
  | 'method_not_acceptable'
  /** The decision asked for no challenge. */
  | 'no_challenge'
  | 'analytics_unavailable'
  | 'invalid_cursor'
  | 'unknown_panel'
  | 'invalid_parameter'
  | 'storage_unavailable'
  /** The key lacks the scope. */
  | 'forbidden'
  /** The page has a saved view of this name. */
  | 'view_exists'
  /** The tenant has as many saved views as it may. */
  | 'view_limit'
  /** Erased users stay erased. */
  | 'user_erased';

/** A refusal that the caller can act on. `message` is for the caller; `cause` and `operator` never leave the process. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  /** For the operator's log; holds no personal data. */
  readonly operator: string | null;

  constructor(code: AppErrorCode, message: string, options: { cause?: unknown; operator?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.operator = options.operator ?? null;
  }
}
