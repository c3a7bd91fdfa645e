import { InvalidCursor } from '../../ports/analytics-errors.ts';
import type { Parameters } from './database.ts';

/** Where a decision stands among all that are sorted by time. */
export interface Place {
  readonly at_ms: number;
  readonly position: number;
}

/** Narrows what is sorted newest first to what comes after a cursor. @throws InvalidCursor */
export function continueAfter(
  cursor: string | null,
  conditions: string[],
  parameters: Record<string, Parameters[string]>,
): void {
  if (cursor === null) return;
  const { at_ms, position } = readCursor(cursor);
  conditions.push(
    `occurred_at <= fromUnixTimestamp64Milli({cursorAt:Int64}, 'UTC')`,
    `(occurred_at < fromUnixTimestamp64Milli({cursorAt:Int64}, 'UTC') OR position < {cursorPosition:UInt64})`,
  );
  parameters.cursorAt = at_ms;
  parameters.cursorPosition = position;
}

export const writeCursor = ({ at_ms, position }: Place): string =>
  Buffer.from(`${at_ms}.${position}`, 'latin1').toString('base64url');

export function readCursor(cursor: string): Place {
  const [, at, position] =
    /^(\d{1,15})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (at === undefined || position === undefined) throw new InvalidCursor();
  const place = { at_ms: Number(at), position: Number(position) };
  if (!Number.isSafeInteger(place.position) || writeCursor(place) !== cursor) throw new InvalidCursor();
  return place;
}

/** Where a person stands in the review queue. */
export interface ReviewPlace extends Place {
  readonly rank: number;
  readonly step: number;
}

export const writeReviewCursor = ({ rank, step, at_ms, position }: ReviewPlace): string =>
  Buffer.from(`${rank}.${step}.${at_ms}.${position}`, 'latin1').toString('base64url');

/** @throws InvalidCursor */
export function readReviewCursor(cursor: string): ReviewPlace {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, rank, step, at, position] = /^(\d)\.(\d{1,3})\.(\d{1,15})\.(\d{1,16})$/.exec(text) ?? [];
  const place = { rank: Number(rank), step: Number(step), at_ms: Number(at), position: Number(position) };
  if (!Number.isSafeInteger(place.position) || writeReviewCursor(place) !== cursor) throw new InvalidCursor();
  return place;
}
