/** A span of time: from included, to excluded; `null`: without an end on that side. */
export interface Span {
  readonly from_ms: number | null;
  readonly to_ms: number | null;
}

export interface NewestFirst<T> {
  /** What is asked for at all. */
  readonly within: Span;
  readonly now_ms: number;
  readonly wanted: number;
  /** The newest of a span, at most `limit` of them, newest first. */
  readonly ask: (span: Span, limit: number) => Promise<readonly T[]>;
}

const DAY_MS = 86_400_000;
/** Few parts hold a day, and a day of a busy service has more than a page of whatever is not rare. */
const FIRST_MS = DAY_MS;
/** How much wider the next span is: enough for what is missing if it is as dense, and a margin. */
const MARGIN = 2;
const LEAST_GROWTH = 4;
const MOST_GROWTH = 32;
/** Beyond this nothing is worth another question: the rest is asked for at once. */
const LAST_MS = 500 * DAY_MS;

/**
 * The newest of something, without reading what is older than the last of them: asks for the last day, then for spans
 * before it that grow by how much was found. Parts outside of a span are not opened, and no span is read twice, so that
 * what is rare costs what one question over everything would.
 */
export async function newestFirst<T>({ within, now_ms, wanted, ask }: NewestFirst<T>): Promise<T[]> {
  const found: T[] = [];
  const end_ms = Math.min(within.to_ms ?? now_ms, now_ms);
  let to_ms = within.to_ms;
  let width_ms = FIRST_MS;
  for (;;) {
    const begin_ms = (to_ms === null ? end_ms : Math.min(to_ms, end_ms)) - width_ms;
    const isLast = end_ms - begin_ms > LAST_MS || (within.from_ms !== null && begin_ms <= within.from_ms);
    const from_ms = isLast ? within.from_ms : begin_ms;
    const some = await ask({ from_ms, to_ms }, wanted - found.length);
    found.push(...some);
    if (isLast || found.length >= wanted) return found;
    const growth = some.length === 0 ? MOST_GROWTH : (MARGIN * (wanted - found.length)) / some.length;
    width_ms *= Math.min(Math.max(growth, LEAST_GROWTH), MOST_GROWTH);
    to_ms = begin_ms;
  }
}
