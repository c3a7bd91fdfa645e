import {
  type RawLine,
  ReplayFileError,
  type ReplayFormat,
  type ReplayInput,
  type ReplayOutput,
} from '../ports/replay-files.ts';
import { createReplayer, type OnDecision, type ReplayEngine, type Replayer } from './replay.ts';

export interface ReplayProgress {
  readonly phase: 'reading' | 'deciding' | 'writing';
  /** 0–1. */
  readonly done: number;
  readonly events: number;
  readonly badLines: number;
}

export interface ReplayResult {
  readonly events: number;
  readonly badLines: number;
  /** Times of the first and the last event; `null` when there was none. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** Whether the file lay in the order in which it was decided. */
  readonly inOrder: boolean;
}

export interface ReplayFileOptions {
  readonly engine: ReplayEngine;
  readonly format: ReplayFormat;
  readonly input: ReplayInput;
  readonly output: ReplayOutput;
  /** Ends the run at a bad line, before anything is decided. */
  readonly strict: boolean;
  readonly onDecision: OnDecision;
  readonly onBadLine: (number: number, problem: string) => void;
  readonly onProgress: (progress: ReplayProgress) => void;
  readonly signal: AbortSignal;
}

/** How many events may wait for the log: enough to commit many together, few enough to stay small. */
const UNSETTLED = 4_096;
/** Lines between two looks at progress, cancellation and the log, where lines do not come in batches. */
const STRIDE = 512;
/** Stands for the length of a line that is too long to be read. */
const OVERLONG = -1;

/**
 * Runs a file through the engine by (`occurred_at`, line) and writes one answer a line in input order.
 *
 * The file is read twice or thrice, in bounded memory. The first pass looks at the times alone. A file in order is
 * then streamed. For any other, a second pass notes time, offset and length of each line (20 bytes a line, and 20
 * more for the answers), lines are read in the order of their times, and the answers are brought into the order of
 * the input from a scratch file.
 *
 * @throws ReplayFileError, and `LogUnavailable` from the engine.
 */
export async function replayFile(options: ReplayFileOptions): Promise<ReplayResult> {
  const { engine, format, input, signal, onDecision } = options;
  const header = format.hasHeader ? await firstLine(input) : null;
  const replayer = createReplayer({ engine, reader: format.open(header), onDecision });
  const run: Run = { ...options, replayer, events: 0, badLines: 0, unsettled: 0 };
  const { inOrder, lines, first_ms, last_ms } = await survey(run);
  if (inOrder) await decideInOrder(run);
  else await decideByTime(run, lines);
  await engine.settled();
  throwIfAborted(signal);
  return { events: run.events, badLines: run.badLines, first_ms, last_ms, inOrder };
}

interface Run extends ReplayFileOptions {
  readonly replayer: Replayer;
  events: number;
  badLines: number;
  unsettled: number;
}

interface Survey {
  readonly inOrder: boolean;
  /** Without the header. */
  readonly lines: number;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
}

/** Whether times never go back, and with `strict` whether every line is good. */
async function survey(run: Run): Promise<Survey> {
  let inOrder = true;
  let lines = 0;
  let first_ms = Number.POSITIVE_INFINITY;
  let last_ms = Number.NEGATIVE_INFINITY;
  let latest_ms = Number.NEGATIVE_INFINITY;
  await eachLine(run, 'reading', (line) => {
    lines += 1;
    const problem = run.strict ? run.replayer.problemOf(line.text) : null;
    if (problem !== null) {
      throw new ReplayFileError('bad_line', `Line ${line.number} ${problem}; --strict ends the run here.`);
    }
    const at_ms = run.replayer.timeOf(line.text);
    if (at_ms === null) return;
    if (at_ms < latest_ms) inOrder = false;
    latest_ms = at_ms;
    first_ms = Math.min(first_ms, at_ms);
    last_ms = Math.max(last_ms, at_ms);
  });
  const any = last_ms >= first_ms;
  return { inOrder, lines, first_ms: any ? first_ms : null, last_ms: any ? last_ms : null };
}

async function decideInOrder(run: Run): Promise<void> {
  await eachLine(run, 'deciding', (line) => run.output.write(decide(run, line.number, line.text)));
}

async function decideByTime(run: Run, lines: number): Promise<void> {
  const { input, output } = run;
  const times = new Float64Array(lines);
  const offsets = new Float64Array(lines);
  const lengths = new Int32Array(lines);
  let count = 0;
  await eachLine(run, 'reading', ({ text, offset, length }) => {
    // A line without a time changes nothing, so it may be answered at any moment.
    times[count] = run.replayer.timeOf(text) ?? Number.NEGATIVE_INFINITY;
    offsets[count] = offset;
    lengths[count] = text === null ? OVERLONG : length;
    count += 1;
  });
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);

  const answerOffsets = new Float64Array(count);
  const answerLengths = new Uint32Array(count);
  const spool = await output.spool();
  const headerLines = run.format.hasHeader ? 1 : 0;
  let spooled_bytes = 0;
  for (let i = 0; i < count; i++) {
    if (i % STRIDE === 0) await pause(run, 'deciding', i / count);
    const line = order[i] ?? 0;
    const length = lengths[line] ?? 0;
    const text = length === OVERLONG ? null : input.at(offsets[line] ?? 0, length);
    const { length: answer_bytes, full } = spool.append(decide(run, line + 1 + headerLines, text));
    answerOffsets[line] = spooled_bytes;
    answerLengths[line] = answer_bytes;
    spooled_bytes += answer_bytes;
    if (full !== undefined) await full;
  }
  await spool.seal();
  for (let line = 0; line < count; line++) {
    if (line % STRIDE === 0) await pause(run, 'writing', line / count);
    const full = output.write(spool.at(answerOffsets[line] ?? 0, answerLengths[line] ?? 0));
    if (full !== undefined) await full;
  }
}

function decide(run: Run, number: number, text: string | null): string {
  const { answers, events, problem } = run.replayer.decide(text);
  run.events += events;
  run.unsettled += events;
  if (problem !== null) {
    run.badLines += 1;
    run.onBadLine(number, problem);
  }
  return answers;
}

/** Visits the lines in file order, the header left out, and waits where a visit asks for it. */
async function eachLine(
  run: Run,
  phase: ReplayProgress['phase'],
  visit: (line: RawLine) => Promise<void> | undefined | void,
): Promise<void> {
  const { input, format } = run;
  for await (const batch of input.batches()) {
    const last = batch.at(-1);
    for (const line of batch) {
      if (format.hasHeader && line.number === 1) continue;
      const waiting = visit(line);
      if (waiting !== undefined) await waiting;
      if (run.unsettled >= UNSETTLED) await settle(run);
    }
    const read_bytes = last === undefined ? 0 : last.offset + last.length;
    await pause(run, phase, input.size_bytes === 0 ? 1 : Math.min(1, read_bytes / input.size_bytes));
  }
}

async function pause(run: Run, phase: ReplayProgress['phase'], done: number): Promise<void> {
  throwIfAborted(run.signal);
  run.onProgress({ phase, done, events: run.events, badLines: run.badLines });
  if (run.unsettled >= UNSETTLED) await settle(run);
  // Signals, timers and the log's writer get their turn.
  await new Promise<void>((resolve) => setImmediate(resolve));
}

async function settle(run: Run): Promise<void> {
  await run.engine.settled();
  run.unsettled = 0;
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ReplayFileError('interrupted', 'The replay was interrupted.');
}

async function firstLine(input: ReplayInput): Promise<string | null> {
  for await (const batch of input.batches()) {
    const first = batch[0];
    if (first !== undefined) return first.text;
  }
  return null;
}
