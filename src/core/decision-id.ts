/**
 * Ids that name a place in the log. A live decision's id is a UUIDv7 (RFC 9562, section 5.7) whose 48 time bits are
 * the milliseconds of its log position and whose `rand_a` holds the microseconds within them (the RFC's method 3:
 * more clock precision in `rand_a`); 62 random bits follow. Reading a decision by id needs no index that way.
 * Replays make UUIDv8 ids of hashes, which name no position.
 */

/** Random bytes that one id takes. */
export const RANDOM_BYTES = 8;

const MICROS_PER_MS = 1000;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const PREFIX = /^[a-z]{3}_/;

const hex = (byte: number): string => HEX[byte & 0xff] ?? '00';

/**
 * The UUIDv7 of a log position. `random` gives 62 unpredictable bits: its first `RANDOM_BYTES` bytes from `offset`
 * on, of which the two highest are replaced by the variant.
 *
 * @param position microseconds since 1970-01-01, an integer below 2^48 ms
 */
export function decisionUuid(position: number, random: Uint8Array, offset = 0): string {
  const at_ms = Math.floor(position / MICROS_PER_MS);
  const micros = position - at_ms * MICROS_PER_MS;
  const high = Math.floor(at_ms / 0x1_0000_0000);
  const low = at_ms >>> 0;
  const byte = (i: number): number => random[offset + i] ?? 0;
  return (
    `${hex(high >>> 8)}${hex(high)}${hex(low >>> 24)}${hex(low >>> 16)}-${hex(low >>> 8)}${hex(low)}-` +
    `${hex(0x70 | (micros >>> 8))}${hex(micros)}-${hex(0x80 | (byte(0) & 0x3f))}${hex(byte(1))}-` +
    `${hex(byte(2))}${hex(byte(3))}${hex(byte(4))}${hex(byte(5))}${hex(byte(6))}${hex(byte(7))}`
  );
}

/**
 * The log position that an id names (`dec_…`, `chl_…` or the bare UUID); `undefined` for every other text, ids of
 * replays among them. That an id is well formed does not mean that the log holds it.
 */
export function positionOfId(id: string): number | undefined {
  const uuid = id.replace(PREFIX, '');
  if (!UUID_V7.test(uuid)) return undefined;
  const at_ms = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
  const micros = Number.parseInt(uuid.slice(15, 18), 16);
  return micros < MICROS_PER_MS ? at_ms * MICROS_PER_MS + micros : undefined;
}
