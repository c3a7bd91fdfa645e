import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ClickHouseProcess {
  readonly url: string;
  readonly pid: number;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL: statements under way are lost half done. */
  kill(): Promise<void>;
}

export interface ClickHouseProcessOptions {
  readonly path: string;
  /** The same again after a kill, so that clients find it. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  /** Leaves the processor to those that it serves, as a server on a machine of its own would. */
  readonly stepsBack?: boolean;
}

/** How far, where 19 is the most. */
const NICE = 10;

/** The test server (see clickhouse-server.ts) in a process of its own. Resolves when it takes statements. */
export async function startClickHouseProcess(options: ClickHouseProcessOptions): Promise<ClickHouseProcess> {
  const { path, port = 0, username = 'default', password = '' } = options;
  const isSource = import.meta.url.endsWith('.ts');
  const main = `./clickhouse-server-main${isSource ? '.ts' : '.js'}`;
  const program = fileURLToPath(new URL(main, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      ...(isSource ? ['--import', 'tsx'] : []),
      ...[program, '--path', path, '--port', String(port)],
      ...['--username', username, '--password', password],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // Its threads inherit this.
  if (child.pid !== undefined && options.stepsBack === true) setPriority(child.pid, NICE);
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [unknown];
  const url = /http:\/\/\S+/.exec(String(line))?.[0];
  if (url === undefined || child.pid === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the test server did not start: ${String(line)}`);
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { url, pid: child.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
