import { decisionUuid } from '../decision-id.ts';
import { hash32 } from '../hash.ts';

const MICROS_PER_MS = 1_000;

/**
 * `cmp_` and a UUIDv7 of the event time of the alarm, whose random bits are a hash of the cell: the same log gives the
 * same id wherever and how often it is folded, and lines of a replay that teach nothing change nothing in it.
 */
export function campaignId(subject: string, detected_ms: number): string {
  const high = hash32(`${subject}|${detected_ms}`);
  const low = hash32(`${detected_ms}|${subject}`);
  const bytes = Uint8Array.of(
    high >>> 24,
    high >>> 16,
    high >>> 8,
    high,
    low >>> 24,
    low >>> 16,
    low >>> 8,
    low,
  );
  return `cmp_${decisionUuid(Math.max(0, Math.trunc(detected_ms)) * MICROS_PER_MS, bytes)}`;
}
