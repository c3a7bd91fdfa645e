import type { CellKind } from '../../campaign/cells.ts';
import { familyName } from './words.ts';

/** What a cell of traffic is of; only what its kind names is read. */
export interface CellParts {
  readonly asn: number | null;
  readonly as_name: string | null;
  /** Browser family, lower case. */
  readonly client: string | null;
  readonly tls_fingerprint: string | null;
  readonly network: string | null;
}

/** A cell in a person's words: `AS64500 Example Hosting, Chrome`. */
export function cellLabel(kind: CellKind, parts: CellParts): string {
  switch (kind) {
    case 'as': {
      const name = parts.as_name === null || parts.as_name === '' ? '' : ` ${parts.as_name}`;
      const client = familyName({ client: parts.client }, 'client', 'no known browser');
      return `AS${parts.asn ?? 0}${name}, ${client}`;
    }
    case 'tls':
      return `TLS fingerprint ${parts.tls_fingerprint ?? 'unknown'}`;
    case 'network':
      return `network ${parts.network ?? 'unknown'}`;
  }
}
