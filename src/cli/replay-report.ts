import type { ReplayProgress, ReplayResult } from '../app/replay-file.ts';
import type { TallyRow } from '../app/replay-tally.ts';
import type { CliIo } from './io.ts';

const TERMINAL_EVERY_ms = 200;
const LOG_EVERY_ms = 5_000;
/** Bad lines that are named one by one; the rest are only counted here, and answered in the output. */
const NAMED_BAD_LINES = 1_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface ReplayReport {
  readonly progress: (progress: ReplayProgress) => void;
  readonly badLine: (number: number, problem: string) => void;
  readonly summary: (result: ReplayResult, rows: readonly TallyRow[], wall_ms: number) => void;
  /** Clears what progress left on the terminal's line. */
  readonly clear: () => void;
}

const PHASES: Readonly<Record<ReplayProgress['phase'], string>> = {
  reading: 'Reading',
  deciding: 'Deciding',
  writing: 'Writing',
};

/** Progress, bad lines and the summary of a replay, on standard error. A terminal's line is rewritten in place. */
export function createReplayReport(io: Pick<CliIo, 'stderr' | 'isTerminal' | 'now'>): ReplayReport {
  const onTerminal = io.isTerminal.stderr;
  const startedAt_ms = io.now();
  let shownAt_ms = onTerminal ? Number.NEGATIVE_INFINITY : startedAt_ms;
  let isLineOpen = false;
  let badLines = 0;

  const clear = (): void => {
    if (isLineOpen) io.stderr.write(CLEAR_LINE);
    isLineOpen = false;
  };

  return {
    clear,
    progress({ phase, done, events }) {
      const now_ms = io.now();
      if (now_ms - shownAt_ms < (onTerminal ? TERMINAL_EVERY_ms : LOG_EVERY_ms)) return;
      shownAt_ms = now_ms;
      const text = `${PHASES[phase]} … ${Math.floor(done * 100)} %${events > 0 ? `, ${count(events)} events` : ''}`;
      clear();
      io.stderr.write(onTerminal ? text : `${text}\n`);
      isLineOpen = onTerminal;
    },
    badLine(number, problem) {
      badLines += 1;
      if (badLines > NAMED_BAD_LINES + 1) return;
      clear();
      io.stderr.write(
        badLines <= NAMED_BAD_LINES
          ? `Line ${number} ${problem}.\n`
          : 'There are more bad lines; from here on they are only counted.\n',
      );
    },
    summary({ events, badLines: bad, first_ms, last_ms }, rows, wall_ms) {
      clear();
      const wall_s = wall_ms / 1_000;
      const rate = wall_s > 0 ? events / wall_s : 0;
      const lines = [
        `Decided ${plural(events, 'event')} in ${wall_s.toFixed(2)} s (${count(Math.round(rate))} events/s); ${plural(bad, 'bad line')}.`,
      ];
      if (first_ms !== null && last_ms !== null) {
        lines.push(
          `They occurred from ${new Date(first_ms).toISOString()} to ${new Date(last_ms).toISOString()}.`,
        );
      }
      if (rows.length > 0) lines.push('', ...table(rows));
      io.stderr.write(`${lines.join('\n')}\n`);
    },
  };
}

function table(rows: readonly TallyRow[]): string[] {
  const cells = rows.map((row) => [
    nameOf(row),
    ...[row.allow, row.challenge, row.block].map((n) => count(n)),
    shareOf(row),
  ]);
  const all = [['', 'allow', 'challenge', 'block', 'challenged'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

const nameOf = ({ label, status }: TallyRow): string =>
  label === null ? (status === null ? 'all events' : `  ${status}`) : status === null ? label : `  ${status}`;

function shareOf({ allow, challenge, block }: TallyRow): string {
  const total = allow + challenge + block;
  return total === 0 ? '' : `${((100 * challenge) / total).toFixed(1)} %`;
}

const count = (n: number): string => n.toLocaleString('en-US');
const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
