import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import pino from 'pino';
import { ndjson } from '../adapters/replay-files/ndjson.ts';
import { DEFAULT_TENANT } from '../app/api-keys.ts';
import { type DemoOptions, demoLine, demoLogins, USUAL_LOGINS_A_DAY } from '../app/demo-logins.ts';
import { createReplayer } from '../app/replay.ts';
import { createReplayTally } from '../app/replay-tally.ts';
import { type Config, parseConfig } from '../config.ts';
import { DEFAULT_POLICY } from '../core/default-policy.ts';
import { CommandRefused } from './command-refused.ts';
import { judgeDemo } from './demo-verdicts.ts';
import type { CliIo } from './io.ts';
import { createDirectoryEngine } from './replay-engine.ts';
import { createReplayReport } from './replay-report.ts';
import { EXIT_CODES_HELP } from './report-error.ts';
import { serveUntilStopped } from './serve.ts';

interface DemoCommandOptions {
  readonly users?: number;
  readonly days: number;
  readonly seed: number;
  readonly events?: number;
  readonly decisions?: number;
  readonly dataDir?: string;
  readonly port?: string;
}

const USERS = 150;
const MOST_USERS = 100_000;
/** Events between two waits for the log. */
const UNSETTLED = 2_048;

export function demoCommand(io: CliIo): Command {
  return new Command('demo')
    .description('serves on a fresh data directory filled with generated logins, attacks included')
    .option(
      '--users <n>',
      `how many people; ${USERS}, or as many as it takes for the decisions asked for`,
      wholeNumber(1, MOST_USERS),
    )
    .option('--days <n>', 'how many days, ending now', wholeNumber(1, 365), 30)
    .option(
      '--events <n>',
      'about how many honest logins, instead of what such people do',
      wholeNumber(1, 10_000_000),
    )
    .option('--decisions <n>', 'the same as --events', wholeNumber(1, 10_000_000))
    .option('--seed <n>', 'another seed gives other people', wholeNumber(0, 4_294_967_295), 1)
    .option(
      '-d, --data-dir <directory>',
      'absent or empty; a temporary one, removed at the end, when not given',
    )
    .option('--port <port>', 'instead of PORT')
    .addHelpText(
      'after',
      `
Everything is invented. It shows credential stuffing (5 hours ago), a hammered account (2 days ago), a password spray
(9 days ago) and some takeovers, among people who travel, buy phones and mistype passwords.

Examples:
  gatehouse demo
  gatehouse demo --users 1000 --days 60 --data-dir ./demo-data
  gatehouse demo --decisions 1000000
${EXIT_CODES_HELP}`,
    )
    .action((options: DemoCommandOptions) => demo(options, io));
}

async function demo(options: DemoCommandOptions, io: CliIo): Promise<void> {
  const temporary = options.dataDir === undefined;
  const dataDir = temporary ? await mkdtemp(join(tmpdir(), 'gatehouse-demo-')) : resolve(options.dataDir);
  try {
    if (!temporary) await refuseUsed(dataDir);
    const config = parseConfig({
      ...io.env,
      GATEHOUSE_DATA_DIR: dataDir,
      ...(options.port === undefined ? {} : { PORT: options.port }),
    });
    await fill(
      {
        users: options.users ?? usersFor(options.decisions ?? options.events ?? 0, options.days),
        days: options.days,
        seed: options.seed,
        logins: options.decisions ?? options.events ?? null,
        end_ms: io.now(),
      },
      config,
      io,
    );
    if (!io.signal.aborted) await serveUntilStopped(config, io);
  } finally {
    if (temporary) await rm(dataDir, { recursive: true, force: true });
  }
}

/** Decides the invented logins as a replay into the data directory would. */
async function fill(options: DemoOptions, config: Config, io: CliIo): Promise<void> {
  const startedAt_ms = io.now();
  const { openEngine } = await import('../main.ts');
  const log = pino({ level: 'warn', base: null }, pino.destination({ fd: 2, sync: true }));
  const opened = await openEngine({ config, log });
  const engine = createDirectoryEngine(opened, {
    tenant: DEFAULT_TENANT,
    policy: DEFAULT_POLICY,
    serverPlace: config.serverLocation,
    stated: false,
  });
  try {
    const tally = createReplayTally();
    const report = createReplayReport(io);
    const replayer = createReplayer({ engine, reader: ndjson.open(null), onDecision: tally.count });
    const begin_ms = options.end_ms - options.days * 86_400_000;
    let events = 0;
    let first_ms: number | null = null;
    let last_ms: number | null = null;
    for (const event of demoLogins(options)) {
      const { problem } = replayer.decide(demoLine(event));
      if (problem !== null) throw new Error(`a generated login ${problem}`);
      first_ms ??= event.at_ms;
      last_ms = event.at_ms;
      events += 1;
      if (events % UNSETTLED !== 0) continue;
      await engine.settled();
      if (io.signal.aborted) return;
      const done = (event.at_ms - begin_ms) / (options.end_ms - begin_ms);
      report.progress({ phase: 'deciding', done, events, badLines: 0 });
    }
    await engine.settled();
    await opened.analytics.flush();
    await judgeDemo(opened, DEFAULT_TENANT, options.end_ms);
    report.summary(
      { events, badLines: 0, first_ms, last_ms, inOrder: true },
      tally.rows(),
      io.now() - startedAt_ms,
    );
  } finally {
    await engine.close();
  }
}

/** Of which each logs in as often as people do. */
const usersFor = (logins: number, days: number): number =>
  Math.min(MOST_USERS, Math.max(USERS, Math.round(logins / (days * USUAL_LOGINS_A_DAY))));

async function refuseUsed(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new CommandRefused(`--data-dir ${dataDir} cannot be opened.`, { cause: error });
  });
  if (entries.length > 0) {
    throw new CommandRefused(`--data-dir ${dataDir} is not empty: the demo would mix with what is there.`);
  }
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || n < least || n > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return n;
  };
