import { Readable, Writable } from 'node:stream';
import type { CliIo } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/program.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line inside this process, with streams and a clock of its own. */
export async function cli(
  args: readonly string[],
  overrides: Partial<Pick<CliIo, 'env' | 'signal' | 'isTerminal' | 'now'>> & { stdin?: string } = {},
): Promise<CliRun> {
  const collect = (): { readonly stream: Writable; readonly text: () => string } => {
    const chunks: Buffer[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(Buffer.from(chunk));
        done();
      },
    });
    return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
  };
  const [stdout, stderr] = [collect(), collect()];
  const code = await runCli(args, {
    stdin: Readable.from([overrides.stdin ?? '']),
    stdout: stdout.stream,
    stderr: stderr.stream,
    isTerminal: overrides.isTerminal ?? { stdout: false, stderr: false },
    env: overrides.env ?? {},
    now: overrides.now ?? (() => Date.UTC(2026, 10, 23, 12)),
    signal: overrides.signal ?? new AbortController().signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
