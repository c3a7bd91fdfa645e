import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loginBodies } from './logins.ts';

export interface ReplayFigures {
  readonly events: number;
  /** Events a second of wall time, reading and writing included, loading of the IP tables not. */
  readonly rate: number;
  /** CPU time of the whole process, an event. */
  readonly cpu_us: number;
  readonly output_mb: number;
}

const SPACING_MS = 700;
const START_MS = Date.UTC(2026, 0, 1);

/** The command line's own replay of a generated file, as a user would run it. */
export async function replayRate(events: number): Promise<ReplayFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-replay-'));
  const input = join(directory, 'in.ndjson');
  const output = join(directory, 'out.ndjson');
  try {
    const lines = loginBodies({ users: 2_000, count: events, seed: 3 }).map((body, i) => {
      const at = new Date(START_MS + i * SPACING_MS).toISOString();
      return `{"occurred_at":"${at}",${body.slice(1)}`;
    });
    writeFileSync(input, lines.join('\n'));
    const source = import.meta.url.endsWith('.ts');
    const cli = fileURLToPath(new URL(`../src/cli.${source ? 'ts' : 'js'}`, import.meta.url));
    const report = `process.on('exit',()=>{const u=process.cpuUsage();process.stderr.write('\\nCPU '+(u.user+u.system)+'\\n')})`;
    const args = [
      ...(source ? ['--import', 'tsx'] : []),
      `--import=data:text/javascript,${encodeURIComponent(report)}`,
      cli,
      'replay',
      '--input',
      input,
      '--output',
      output,
    ];
    const text = await standardError(args);
    const rate = /\(([\d,]+) events\/s\)/.exec(text)?.[1];
    const cpu = /CPU (\d+)/.exec(text)?.[1];
    if (rate === undefined || cpu === undefined) throw new Error(`the replay said something else:\n${text}`);
    return {
      events,
      rate: Number(rate.replaceAll(',', '')),
      cpu_us: Number(cpu) / events,
      output_mb: statSync(output).size / 1e6,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function standardError(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('exit', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`the replay ended with code ${code}:\n${text}`));
    });
  });
}
