import type { BadReplayLine, ReplayFormat, ReplayLine } from '../../ports/replay-files.ts';
import { occurredAtOf } from './occurred-at.ts';

const ON_CHALLENGE = ['succeeded', 'failed', 'denied', 'abandoned'] as const;
const isOnChallenge = (value: unknown): value is ReplayLine['onChallenge'] =>
  ON_CHALLENGE.some((known) => known === value);

/**
 * A line is a `/v1/risk` body, plus optionally `dry_run` (judge, learn nothing) and `on_challenge` (what the user does
 * if challenged; `succeeded` when absent). `null` means absent, as everywhere.
 */
export const ndjson: ReplayFormat = { hasHeader: false, open: () => ({ read, occurredAt }) };

const TIME_FIELD = '"occurred_at"';
/** How the letters of a key could be written otherwise. */
const ESCAPED_ASCII = '\\u00';
const TIME_VALUE = /\s*:\s*"([^"\\]*)"/y;

function read(text: string): ReplayLine | BadReplayLine {
  if (text.trim() === '') return bad(null, 'is blank');
  const value = parse(text);
  if (value === undefined) return bad(null, 'is not JSON');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return bad(null, 'is not a JSON object');
  }
  if (!('dry_run' in value) && !('on_challenge' in value)) return line(value, false, 'succeeded');
  const { dry_run, on_challenge, ...body }: Record<string, unknown> = { ...value };
  if (dry_run !== undefined && dry_run !== null && typeof dry_run !== 'boolean') {
    return bad(value, '/dry_run must be true or false');
  }
  if (on_challenge !== undefined && on_challenge !== null && !isOnChallenge(on_challenge)) {
    return bad(value, `/on_challenge must be one of ${ON_CHALLENGE.join(', ')}`);
  }
  return line(body, dry_run === true, isOnChallenge(on_challenge) ? on_challenge : 'succeeded');
}

/**
 * Without parsing the line where its only `"occurred_at"` is followed by a plain text: if the line is good, that is
 * the field, because a key written in any other way, or twice, is left to the parser.
 */
function occurredAt(text: string): string | null {
  const at = text.indexOf(TIME_FIELD);
  if (at >= 0 && text.indexOf(TIME_FIELD, at + 1) < 0 && !text.includes(ESCAPED_ASCII)) {
    TIME_VALUE.lastIndex = at + TIME_FIELD.length;
    const value = TIME_VALUE.exec(text)?.[1];
    if (value !== undefined) return value;
  }
  return occurredAtOf(parse(text));
}

/** `undefined`, which no JSON text means, for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const line = (body: unknown, dryRun: boolean, onChallenge: ReplayLine['onChallenge']): ReplayLine => ({
  ok: true,
  body,
  dryRun,
  onChallenge,
  times: 1,
  stated: null,
  label: null,
});

function bad(value: object | null, problem: string): BadReplayLine {
  const eventId = value !== null && 'event_id' in value ? value.event_id : null;
  return { ok: false, eventId: typeof eventId === 'string' ? eventId : null, problem };
}
