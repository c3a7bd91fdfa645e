import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';

/** ClickHouse's own name of what went wrong, like `UNKNOWN_TABLE`, also where the failure was wrapped since. */
export function errorTypeOf(error: unknown): string | undefined {
  const cause = error instanceof AnalyticsUnavailable ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'type' in cause && typeof cause.type === 'string'
    ? cause.type
    : undefined;
}
