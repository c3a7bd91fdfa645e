/**
 * 32-bit FNV-1a over the UTF-16 code units with the murmur3 finaliser, so that short strings spread over all bits.
 * Not for secrets: personal identifiers arrive here already keyed-hashed.
 *
 * Source: Fowler–Noll–Vo, draft-eastlake-fnv (offset basis 0x811c9dc5, prime 0x01000193); finaliser fmix32 of MurmurHash3.
 */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}
