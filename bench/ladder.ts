import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loginBodies } from './logins.ts';

export const STAGES = ['bare', 'validate', 'decide', 'commit', 'sink'] as const;
export type Stage = (typeof STAGES)[number];

export interface LadderOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly warmUp_s: number;
  readonly rounds: number;
  readonly durability: 'process' | 'power';
  readonly stages: readonly Stage[];
}

export interface Rung {
  readonly stage: Stage;
  readonly rps: number;
  /** Of the same round's bare route; the median over the rounds. */
  readonly ratio: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly rss_mb: number;
  /** CPU time of the server's whole process (all threads), an answer. */
  readonly cpu_us: number;
  readonly failed: number;
}

interface Sample {
  readonly rps: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly failed: number;
  readonly rss_mb: number;
  readonly cpu_us: number;
}

interface Load extends Omit<Sample, 'rss_mb' | 'cpu_us'> {
  readonly requests: number;
}

const KEY = 'bench-key-of-at-least-thirty-two-characters';
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const program = (name: string): string => fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
const loader = extension === '.ts' ? ['--import', 'tsx'] : [];

/**
 * Throughput of one route as more of the product is switched on. Every rung is a server of its own under the same
 * load from another process; a round measures all rungs one after the other, and a rung's ratio is taken within its
 * round, because machines change their speed between minutes. Medians over the rounds.
 */
export async function ladder(options: LadderOptions): Promise<readonly Rung[]> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-load-'));
  const bodies = join(directory, 'bodies.ndjson');
  writeFileSync(bodies, loginBodies({ users: 2_000, count: 5_000, seed: 1 }).join('\n'));
  const samples = new Map<Stage, Sample[]>(options.stages.map((stage) => [stage, []]));
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const stage of options.stages) {
        samples.get(stage)?.push(await measure(stage, options, bodies));
        process.stderr.write(`round ${round + 1}/${options.rounds}: ${stage}\n`);
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const bare = samples.get('bare') ?? [];
  return options.stages.map((stage) => {
    const of = samples.get(stage) ?? [];
    return {
      stage,
      rps: median(of.map((s) => s.rps)),
      ratio: median(of.map((s, round) => s.rps / (bare[round]?.rps ?? Number.NaN))),
      p50_ms: median(of.map((s) => s.p50_ms)),
      p99_ms: median(of.map((s) => s.p99_ms)),
      rss_mb: median(of.map((s) => s.rss_mb)),
      cpu_us: median(of.map((s) => s.cpu_us)),
      failed: of.reduce((sum, s) => sum + s.failed, 0),
    };
  });
}

async function measure(stage: Stage, options: LadderOptions, bodies: string): Promise<Sample> {
  const server = fork(program('ladder-server'), [stage, KEY, options.durability], {
    execArgv: loader,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    const url = await firstLine(server);
    await load(url, options, options.warmUp_s, bodies);
    const before = await usage(server);
    const { requests, ...result } = await load(url, options, options.seconds, bodies);
    const after = await usage(server);
    return {
      ...result,
      rss_mb: after.rss_bytes / 1e6,
      cpu_us: (after.cpu_us - before.cpu_us) / requests,
    };
  } finally {
    const stopped = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    server.kill('SIGTERM');
    await stopped;
  }
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = /^(\{.*\})\n/.exec(text)?.[1];
      if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
}

function load(url: string, options: LadderOptions, seconds: number, bodies: string): Promise<Load> {
  return new Promise((resolve, reject) => {
    const args = [...loader, program('load'), url, KEY, String(options.connections), String(seconds), bodies];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Load);
      else reject(new Error(`the load generator ended with code ${code}`));
    });
  });
}

function usage(server: ChildProcess): Promise<{ readonly rss_bytes: number; readonly cpu_us: number }> {
  return new Promise((resolve) => {
    server.once('message', (message) => {
      const { rss_bytes, cpu } = message as { rss_bytes: number; cpu: NodeJS.CpuUsage };
      resolve({ rss_bytes, cpu_us: cpu.user + cpu.system });
    });
    server.send('memory');
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
