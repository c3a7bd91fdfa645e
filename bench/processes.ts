import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NODE_OPTIONS } from '../test/support/node-options.ts';

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const loader = extension === '.ts' ? ['--import', 'tsx'] : [];

/** Arguments of Node for a program of this directory. */
export const benchProgram = (name: string): readonly string[] => [
  ...loader,
  fileURLToPath(new URL(`./${name}${extension}`, import.meta.url)),
];

/** The product's command line, as users run it. */
export const PRODUCT: readonly string[] = [
  ...loader,
  fileURLToPath(new URL(`../src/cli${extension}`, import.meta.url)),
];

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  /** Decisions that say that they were not recorded. */
  readonly unrecorded: number;
  readonly rps: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

export interface LoadOptions {
  /** Servers; connections take them in turn. */
  readonly urls: readonly string[];
  readonly key: string;
  readonly connections: number;
  readonly seconds: number;
  /** File with one body a line. */
  readonly bodies: string;
  /** Requests a second, sent when they are due; absent: each connection sends as soon as it is answered. */
  readonly rate?: number;
}

/** Load from a process of its own. */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { urls, key, connections, seconds, bodies, rate } = options;
  const args = [urls.join(','), key, String(connections), String(seconds), bodies, String(rate ?? 0)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...benchProgram('load'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(text) as LoadResult);
      else reject(new Error(`the load generator ended with code ${code}`));
    });
  });
}

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program that prints `{"url": …}` as its first line. */
export async function startBenchServer(
  program: readonly string[],
  args: readonly string[],
): Promise<BenchServer> {
  const child = spawn(process.execPath, [...program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS },
  });
  const url = await firstUrl(child);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      const stopped = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await stopped;
    },
  };
}

function firstUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = /^(\{.*\})\n/.exec(text)?.[1];
      if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
}

/** Linux counts in hundredths of a second. */
const TICK_US = 10_000;

/** Processor time that a process took so far, all threads, in microseconds. Linux alone; `NaN` elsewhere. */
export function cpu_us(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Number.NaN;
    throw error;
  }
}
