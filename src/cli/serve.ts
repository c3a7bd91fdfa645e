import { Command } from 'commander';
import { type Config, describeVariables, parseConfig } from '../config.ts';
import { announce } from './announce.ts';
import type { CliIo } from './io.ts';
import { EXIT_CODES_HELP } from './report-error.ts';

interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
}

export function serveCommand(io: CliIo): Command {
  return new Command('serve')
    .description('serves the API, the workers and the dashboards')
    .option('--port <port>', 'instead of PORT')
    .option('--host <address>', 'instead of HOST')
    .option('-d, --data-dir <directory>', 'instead of GATEHOUSE_DATA_DIR')
    .addHelpText(
      'after',
      `
On a terminal it prints a link that signs a browser in once, within 10 minutes, and on the first start an API key.
Elsewhere both go into the file access.txt of the data directory, which only its owner can read.

Environment variables (and their defaults):
${describeVariables()}

Examples:
  gatehouse serve
  GATEHOUSE_MODE=monitor PORT=9000 gatehouse serve
  GATEHOUSE_IP_LISTS=tor:tor_csv:/lists/tor.csv,blocklist:cidr:/lists/bad.txt gatehouse serve
${EXIT_CODES_HELP}`,
    )
    .action(async (options: ServeOptions) => {
      await serveUntilStopped(
        parseConfig({
          ...io.env,
          ...(options.port === undefined ? {} : { PORT: options.port }),
          ...(options.host === undefined ? {} : { HOST: options.host }),
          ...(options.dataDir === undefined ? {} : { GATEHOUSE_DATA_DIR: options.dataDir }),
        }),
        io,
      );
    });
}

/** Serves until the process is asked to end; resolves when everything is flushed. */
export async function serveUntilStopped(config: Config, io: CliIo): Promise<void> {
  const { createLog, startGatehouse } = await import('../main.ts');
  const log = createLog(config);
  const running = await startGatehouse({ config, log });
  try {
    const { signInLink } = running;
    if (signInLink !== null) await announce({ ...running, signInLink }, config, io, log);
    await aborted(io.signal);
    log.info('stopping');
  } finally {
    await running.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
