import type { AddressFacts } from '../core/facts.ts';

/**
 * What is known about an address, from memory: no call blocks or fails. A source that is gone leaves its facts
 * unknown (`unavailable`); it never invents them.
 */
export interface IpIntelligence {
  /** `ip` is canonical text (see `parseAddress`). */
  describe(ip: string): AddressFacts;
  /** Changes whenever any table or list changes; recorded in each decision. */
  readonly version: string;
  /** One entry a source, for `/readyz`. */
  status(): readonly SourceStatus[];
  /** Reads the configured files again and swaps all of them at once; on an error the old ones stay and status says so. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface SourceStatus {
  readonly name: string;
  readonly ok: boolean;
  readonly entries: number;
  readonly version: string;
  /** One sentence for the operator when not ok. */
  readonly problem: string | null;
}
