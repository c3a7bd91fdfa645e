import type { OutcomeRecord } from '../core/record.ts';

/** What a data set's own columns say about an address, in place of what our tables know. */
export interface StatedAddress {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly asn: number | null;
}

export interface ReplayLine {
  readonly ok: true;
  /** As `POST /v1/risk` takes it; not validated yet. */
  readonly body: unknown;
  /** Judge, learn nothing. */
  readonly dryRun: boolean;
  /** What the user does if challenged. */
  readonly onChallenge: OutcomeRecord['status'];
  /** How many such events in a row the line stands for. */
  readonly times: number;
  /** `null`: the format says nothing about addresses. */
  readonly stated: StatedAddress | null;
  /** What the labels of the data set call it, for the summary alone; `null`: no labels. */
  readonly label: string | null;
}

export interface BadReplayLine {
  readonly ok: false;
  readonly eventId: string | null;
  /** One phrase for the person who made the file. */
  readonly problem: string;
}

/** Takes lines without their ends; never throws. */
export interface ReplayReader {
  read(text: string): ReplayLine | BadReplayLine;
  /**
   * When the event of a line occurred, as `read` would give it but faster: nothing else is looked at. Of a bad line
   * it may be anything.
   */
  occurredAt(text: string): string | null;
}

/** How the lines of a file are written. */
export interface ReplayFormat {
  readonly hasHeader: boolean;
  /** @throws ReplayFileError when the header lacks a column. `header` is `null` for formats without one. */
  readonly open: (header: string | null) => ReplayReader;
}

/** A line as it lies in the file. */
export interface RawLine {
  /** From 1, a header included. */
  readonly number: number;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes without the line end; what a longer line than `LONGEST_LINE_bytes` has is not kept. */
  readonly length: number;
  /** `null`: longer than `LONGEST_LINE_bytes`. */
  readonly text: string | null;
}

/** As bodies over HTTP. */
export const LONGEST_LINE_bytes = 65_536;

/** A file of lines that can be read more than once, in bounded memory. */
export interface ReplayInput {
  readonly size_bytes: number;
  /** All lines in file order, in batches, without blank ones at the end of the file. */
  batches(): AsyncIterable<readonly RawLine[]>;
  /** One line again. */
  at(offset: number, length: number): string;
  close(): Promise<void>;
}

/** Where the answers go. Nothing is to be seen under the output's name before `finish`. */
export interface ReplayOutput {
  /** Adds a line. When it returns a promise, wait for it before the next call. */
  write(line: string | Uint8Array): Promise<void> | undefined;
  /** A scratch file beside the output, for answers that do not come in input order. */
  spool(): Promise<ReplaySpool>;
  finish(): Promise<void>;
  /** Leaves nothing behind; harmless after `finish`. */
  discard(): Promise<void>;
}

export interface ReplaySpool {
  /** Adds a text; says how many bytes it takes. */
  append(text: string): { readonly length: number; readonly full: Promise<void> | undefined };
  /** Ends the writing: from here on it is read. */
  seal(): Promise<void>;
  /** Valid until the next call. */
  at(offset: number, length: number): Uint8Array;
}

export type ReplayFileErrorCode =
  | 'input_unreadable'
  | 'input_malformed'
  | 'output_unwritable'
  | 'disk_full'
  | 'bad_line'
  | 'interrupted';

/** A refusal or a stop; `message` is one sentence for the person at the terminal. */
export class ReplayFileError extends Error {
  readonly code: ReplayFileErrorCode;

  constructor(code: ReplayFileErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ReplayFileError';
    this.code = code;
  }
}
