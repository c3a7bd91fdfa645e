import type { LoginEvent } from '../event.ts';
import { hash32 } from '../hash.ts';

/**
 * What traffic is cut into: an autonomous system with a browser family, a TLS fingerprint, a /24 (IPv4) or /48 (IPv6).
 * An attack of five tries a minute drowns in a whole site and shows at once in its own cell.
 */
export const CELL_KINDS = ['as', 'tls', 'network'] as const;
export type CellKind = (typeof CELL_KINDS)[number];

export interface CellRef {
  readonly kind: CellKind;
  /** Store key; the tenant comes first, so that tenants never meet. */
  readonly subject: string;
}

/** What is known of the address and client, as the record keeps it. */
export interface CellFacts {
  readonly asn: number | null;
  readonly browser: string | null;
  readonly address_kind: string;
  /** CIDR text. */
  readonly network: string;
}

/** The cells that an event lies in, the widest first; none for an address that is nobody's and without a fingerprint. */
export function cellsOf(event: LoginEvent, facts: CellFacts): readonly CellRef[] {
  const { tenant, context } = event;
  const refs: CellRef[] = [];
  const isPublic = facts.address_kind === 'public';
  if (isPublic && facts.asn !== null) {
    refs.push({ kind: 'as', subject: `${tenant}|k|a|${facts.browser ?? ''}|${facts.asn}` });
  }
  if (context.tlsFingerprint !== null) {
    // An end user can send anything for one: hashed, it takes no room.
    refs.push({ kind: 'tls', subject: `${tenant}|k|t|${hash32(context.tlsFingerprint).toString(16)}` });
  }
  if (isPublic) refs.push({ kind: 'network', subject: `${tenant}|k|n|${facts.network}` });
  return refs;
}

/** Which kind of cell a store key names; `null` for keys of other things. */
export function cellKindOf(subject: string): CellKind | null {
  const at = subject.indexOf('|k|');
  switch (at < 0 ? '' : subject[at + 3]) {
    case 'a':
      return 'as';
    case 't':
      return 'tls';
    case 'n':
      return 'network';
    default:
      return null;
  }
}
