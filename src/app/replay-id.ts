import { hash } from 'node:crypto';

/**
 * Names the events of a replay: UUIDv8 (RFC 9562, section 5.8) of the leftmost bits of SHA-256 over tenant, repeat
 * number and the line's text. So two runs give the same ids, and lines put between others change none of theirs.
 *
 * The repeat number tells equal lines apart. Equal lines carry the same time and are decided one after the other
 * (ties in file order), so that only the lines of one instant have to be remembered.
 */
export function createReplayIds(tenant: string): (line: string, at_ms: number) => string {
  const repeats = new Map<string, number>();
  let instant_ms = Number.NaN;
  return (line, at_ms) => {
    if (at_ms !== instant_ms) {
      repeats.clear();
      instant_ms = at_ms;
    }
    const repeat = repeats.get(line) ?? 0;
    repeats.set(line, repeat + 1);
    return uuidV8(hash('sha256', `${tenant}\n${repeat}\n${line}`, 'hex'));
  };
}

function uuidV8(digest: string): string {
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
