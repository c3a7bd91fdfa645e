import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { AddressKind } from '../../core/facts.ts';

/** An address that was accepted, in the one spelling that everything else uses. */
export interface ParsedAddress {
  /** Dotted quad (IPv4) or RFC 5952 (IPv6). */
  readonly ip: string;
  readonly kind: AddressKind;
  readonly version: 4 | 6;
  /** Big-endian 32-bit words: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  /** The /24 (IPv4) or /48 (IPv6) in CIDR text. */
  readonly network: string;
  /**
   * The IPv4 address that a 6to4 or Teredo address tunnels through; `null` for all others. Tables and lists know
   * that address and not the tunnel's synthetic prefix (which they give to whoever runs a relay).
   */
  readonly through: ParsedAddress | null;
}

/** Longest spelling of an IPv6 address without zone: eight groups with a dotted IPv4 tail (RFC 4291 §2.2). */
const longestText = 45;

/**
 * Parses the address of an end user.
 *
 * Accepted are four decimal parts (RFC 6943 §3.1.1 "strict") and the IPv6 spellings of RFC 4291 §2.2. Refused, as
 * `null`, is whatever two programs may read as two addresses, since a list that reads it otherwise than the
 * firewall is a way around the list: octal and short IPv4 (`010.1.1.1`, `127.1`), integers, blanks, and zones
 * (`fe80::1%eth0`), which mean something on one host only.
 *
 * One address has one text:
 * - IPv4-mapped (`::ffff:192.0.2.1`) is what a dual-stack socket calls an IPv4 client: it becomes IPv4.
 * - `64:ff9b::/96` (RFC 6052) as a *source* is an IPv4 client seen through a translator in front of an IPv6-only
 *   server (RFC 7755): it becomes IPv4, whose kind counts.
 * - 6to4 (RFC 3056) and Teredo (RFC 4380) stay IPv6, because replies are routed there, and carry the IPv4 address
 *   that they tunnel through. One that tunnels through a non-public address is itself not public.
 *
 * Kinds follow the IANA special-purpose registries (RFC 6890). The documentation ranges (RFC 5737, RFC 3849,
 * RFC 9637) count as public: examples, tests and newcomers send them where a real address will stand, and "your
 * address is not public" would be the wrong lesson; no table places them, so place and network owner are unknown.
 * What IANA has not handed out (outside 2000::/3) is `reserved`.
 */
export function parseAddress(text: string): ParsedAddress | null {
  if (text.length > longestText || text.includes('%')) return null;
  switch (isIP(text)) {
    case 4:
      return ofIpv4(ipaddr.IPv4.parse(text).toByteArray());
    case 6:
      return ofIpv6(ipaddr.IPv6.parse(withoutDottedTail(text)));
    default:
      return null;
  }
}

/** A network in CIDR text, or one address: its first and last words, host bits masked away. */
export interface ParsedNetwork {
  readonly version: 4 | 6;
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Prefix length in bits. */
  readonly prefix: number;
}

/** Parses `address` or `address/prefix` with the strictness of {@link parseAddress}; `null` when it is neither. */
export function parseNetwork(text: string): ParsedNetwork | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.version === 4 ? 32 : 128;
  let prefix = bits;
  if (slash >= 0) {
    const digits = text.slice(slash + 1);
    if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return null;
    // A mapped network counts its prefix from the IPv6 side: ::ffff:192.0.2.0/120 is 192.0.2.0/24.
    const spelledIn6 = address.version === 4 && text.includes(':');
    prefix = Number(digits) - (spelledIn6 ? 96 : 0);
    if (prefix < 0 || prefix > bits) return null;
  }
  const first: number[] = [];
  const last: number[] = [];
  address.words.forEach((word, index) => {
    const kept = Math.min(32, Math.max(0, prefix - 32 * index));
    const mask = kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0;
    first.push((word & mask) >>> 0);
    last.push((word | ~mask) >>> 0);
  });
  return { version: address.version, first, last, prefix };
}

function ofIpv4(bytes: readonly number[]): ParsedAddress {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const address = new ipaddr.IPv4([a, b, c, d]);
  return {
    ip: address.toString(),
    kind: kindOfIpv4(address.range(), a, b, c),
    version: 4,
    words: [(((a << 24) >>> 0) | (b << 16) | (c << 8) | d) >>> 0],
    network: `${a}.${b}.${c}.0/24`,
    through: null,
  };
}

function ofIpv6(address: ipaddr.IPv6): ParsedAddress {
  const parts = address.parts;
  const part = (index: number): number => parts[index] ?? 0;
  const range = address.range();
  const lastFour = [part(6) >> 8, part(6) & 0xff, part(7) >> 8, part(7) & 0xff];
  if (range === 'ipv4Mapped' || (range === 'rfc6052' && part(2) === 0)) return ofIpv4(lastFour);

  let through: ParsedAddress | null = null;
  if (range === '6to4') through = ofIpv4([part(1) >> 8, part(1) & 0xff, part(2) >> 8, part(2) & 0xff]);
  // RFC 4380 §4: the client's mapped address is kept inverted, so that translators on the way leave it alone.
  if (range === 'teredo') through = ofIpv4(lastFour.map((byte) => byte ^ 0xff));

  const words: number[] = [];
  for (let index = 0; index < 8; index += 2) words.push(((part(index) << 16) | part(index + 1)) >>> 0);
  const site = new ipaddr.IPv6([part(0), part(1), part(2), 0, 0, 0, 0, 0]);
  return {
    ip: address.toRFC5952String(),
    kind: through === null ? kindOfIpv6(range, parts) : through.kind === 'public' ? 'public' : 'reserved',
    version: 6,
    words,
    network: `${site.toRFC5952String()}/48`,
    through,
  };
}

function kindOfIpv4(range: string, a: number, b: number, c: number): AddressKind {
  switch (range) {
    case 'unicast':
    // Anycast services (RFC 7534, RFC 7535, RFC 7450) are routed like any other address.
    case 'as112':
    case 'amt':
      return 'public';
    case 'private':
      return 'private';
    case 'carrierGradeNat':
      return 'cgnat';
    case 'loopback':
      return 'loopback';
    case 'linkLocal':
      return 'link_local';
    default:
      return isIpv4Documentation(a, b, c) ? 'public' : 'reserved';
  }
}

/** RFC 5737: 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24. */
function isIpv4Documentation(a: number, b: number, c: number): boolean {
  return (
    (a === 192 && b === 0 && c === 2) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113)
  );
}

function kindOfIpv6(range: string, parts: readonly number[]): AddressKind {
  const [first = 0, second = 0] = parts;
  switch (range) {
    case 'loopback':
      return 'loopback';
    case 'linkLocal':
      return 'link_local';
    case 'uniqueLocal':
      return 'unique_local';
    case 'unicast':
      // RFC 4291 §2.4 and IANA: only 2000::/3 is handed out.
      return first >> 13 === 1 ? 'public' : 'reserved';
    case 'as112v6':
    case 'amt':
      return 'public';
    default: {
      // RFC 3849: 2001:db8::/32; RFC 9637: 3fff::/20.
      const documentation = (first === 0x2001 && second === 0x0db8) || (first === 0x3fff && second < 0x1000);
      return documentation ? 'public' : 'reserved';
    }
  }
}

/**
 * `::192.0.2.1` and `::ffff:192.0.2.1` are different addresses, and the parser takes both for the latter: write a
 * dotted tail as two hexadecimal groups before it sees it.
 */
function withoutDottedTail(text: string): string {
  if (!text.includes('.')) return text;
  const cut = text.lastIndexOf(':') + 1;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(text.slice(cut)).toByteArray();
  return `${text.slice(0, cut)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
