import type { BadReplayLine, ReplayFormat, ReplayLine } from '../../ports/replay-files.ts';

const ON_CHALLENGE = ['succeeded', 'failed', 'denied', 'abandoned'] as const;
const isOnChallenge = (value: unknown): value is ReplayLine['onChallenge'] =>
  ON_CHALLENGE.some((known) => known === value);

/**
 * A line is a `/v1/risk` body, plus optionally `dry_run` (judge, learn nothing) and `on_challenge` (what the user does
 * if challenged; `succeeded` when absent). `null` means absent, as everywhere.
 */
export const ndjson: ReplayFormat = { hasHeader: false, open: () => readNdjsonLine };

function readNdjsonLine(text: string): ReplayLine | BadReplayLine {
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
