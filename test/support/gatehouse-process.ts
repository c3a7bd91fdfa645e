import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A key that every server under test has, with every scope, in the tenant `default`. */
export const BOOTSTRAP_KEY = 'bootstrap-key-of-the-end-to-end-tests-0123456789';

export interface ProcessOptions {
  /** Arguments of Node that run the command line: a built file, or a source with its loader. */
  readonly program: readonly string[];
  readonly dataDir: string;
  /** Another command that serves, with its options; `serve` when absent. */
  readonly command?: readonly string[];
  /** Variables of the configuration besides the data directory and the key; a free port unless `PORT` is given. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface GatehouseProcess {
  readonly pid: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** Signs a browser in, once. */
  readonly signInLink: string;
  /** Everything that the process logged so far. */
  logged(): string;
  /** SIGTERM, as an operator stops it. Resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is flushed, nothing is closed. */
  kill(): Promise<void>;
}

/** A server that is being started and may be killed before it is ready. */
export interface StartingGatehouse {
  /** @throws Error with what the process logged, when it ends before it is ready. */
  readonly ready: Promise<GatehouseProcess>;
  kill(): Promise<void>;
}

/** Runs the real command line in a process of its own, with an environment of its own. */
export function startGatehouseProcess(options: ProcessOptions): StartingGatehouse {
  const { program, dataDir, command = ['serve'], env = {} } = options;
  const child = spawn(process.execPath, [...program, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_BOOTSTRAP_API_KEY: BOOTSTRAP_KEY,
      ...env,
    },
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const end = (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  const kill = async (): Promise<void> => {
    await end('SIGKILL');
  };
  let logged = '';
  const ready = announced(child, exited, (text) => {
    logged += text;
    return logged;
  }).then(
    async (): Promise<GatehouseProcess> => ({
      pid: child.pid ?? 0,
      ...(env.GATEHOUSE_ROLE === 'worker' ? workerAt(logged) : await accessTo(dataDir)),
      logged: () => logged,
      stop: () => end('SIGTERM'),
      kill,
    }),
  );
  return { ready, kill };
}

/** Resolves when the server has written down how to sign in, the last thing it does while starting. */
function announced(
  child: ChildProcess,
  exited: Promise<number | null>,
  collect: (text: string) => string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (/how to sign in|Gatehouse works/.test(collect(text))) resolve();
    });
    child.once('error', reject);
    void exited.then((code) => reject(new Error(`Gatehouse ended with code ${code}:\n${collect('')}`)));
  });
}

/** A worker has no dashboards to sign in to; its log says where it answers probes. */
function workerAt(logged: string): { readonly url: string; readonly signInLink: string } {
  return { url: /"url":"([^"]+)"/.exec(logged)?.[1] ?? '', signInLink: '' };
}

async function accessTo(dataDir: string): Promise<{ readonly url: string; readonly signInLink: string }> {
  const text = await readFile(join(dataDir, 'access.txt'), 'utf8');
  const [signInLink, url] = /(http:\/\/[^/\s]+)\/sign-in#token=\S+/.exec(text) ?? [];
  if (signInLink === undefined || url === undefined) throw new Error('access.txt holds no sign-in link');
  return { url, signInLink };
}
