import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import pino from 'pino';
import {
  REPLAY_FORMAT_NAMES,
  REPLAY_FORMATS,
  type ReplayFormatName,
} from '../adapters/replay-files/formats.ts';
import { openReplayInput } from '../adapters/replay-files/open-input.ts';
import { openReplayOutput } from '../adapters/replay-files/open-output.ts';
import { DEFAULT_TENANT } from '../app/api-keys.ts';
import { loadPolicy } from '../app/load-policy.ts';
import type { ReplayEngine } from '../app/replay.ts';
import { replayFile } from '../app/replay-file.ts';
import { createReplayTally } from '../app/replay-tally.ts';
import { parseConfig } from '../config.ts';
import { openIpIntelligence } from '../open-ip-intelligence.ts';
import { CommandRefused } from './command-refused.ts';
import type { CliIo } from './io.ts';
import { createDirectoryEngine, createMemoryEngine } from './replay-engine.ts';
import { createReplayReport } from './replay-report.ts';
import { EXIT_CODES_HELP } from './report-error.ts';

interface ReplayOptions {
  readonly input: string;
  readonly output: string;
  readonly format: ReplayFormatName;
  readonly policy?: string;
  readonly dataDir?: string;
  readonly tenant: string;
  readonly strict: boolean;
}

export function replayCommand(io: CliIo): Command {
  return new Command('replay')
    .description('decides a file of past logins again, in the order in which they occurred')
    .requiredOption('-i, --input <file>', 'events; - for standard input')
    .requiredOption(
      '-o, --output <file>',
      'answers, one line an event in input order; overwritten; - for standard output',
    )
    .addOption(
      new Option('-f, --format <format>', 'how the input is written')
        .choices([...REPLAY_FORMAT_NAMES])
        .default('ndjson'),
    )
    .option('-p, --policy <file>', 'JSON file with a policy instead of the default one')
    .option(
      '-d, --data-dir <directory>',
      'begin from the state of this data directory and record every decision in it',
    )
    .option('-t, --tenant <tenant>', 'tenant whose logins these are', DEFAULT_TENANT)
    .option('--strict', 'end at the first bad line, before anything is decided', false)
    .addHelpText(
      'after',
      `
Formats:
  ndjson  a line is a body of POST /v1/risk with occurred_at, plus optionally
          "dry_run": true (judge, learn nothing) and
          "on_challenge": "succeeded" | "failed" | "denied" | "abandoned"
          (what the user does if challenged; succeeded when absent)
  rba     CSV of the "Login Data Set for Risk-Based Authentication"
  sshd    CSV of a parsed OpenSSH log: ts,host,user,ip,method,outcome,invalid_user,count

The engine starts empty, with the default policy in the mode enforce, and its clock is occurred_at. The same file
gives the same bytes. A bad line is named on standard error and answered by {"event_id", "error"} in its place.
GATEHOUSE_IP_LISTS, GATEHOUSE_MMDB_* and GATEHOUSE_SERVER_LOCATION count here as they do for serve.

Examples:
  gatehouse replay --input logins.ndjson --output decisions.ndjson
  gatehouse replay --input rba-dataset.csv --format rba --output decisions.ndjson
  zcat logins.ndjson.gz | gatehouse replay -i - -o - | jq -c 'select(.action != "allow")'
  gatehouse replay -i logins.ndjson -o with-new-policy.ndjson --policy stricter.json
${EXIT_CODES_HELP}`,
    )
    .action((options: ReplayOptions) => replay(options, io));
}

async function replay(options: ReplayOptions, io: CliIo): Promise<void> {
  await refuseSameFile(options);
  const report = createReplayReport(io);
  const tally = createReplayTally();
  // Files first: a mistyped name should not cost the time to load the tables.
  const input = await openReplayInput(options.input, io.stdin);
  try {
    const output = await openReplayOutput(options.output, io.stdout);
    try {
      const engine = await openReplayEngine(options, io);
      // From here, because loading the tables says nothing about the pace of a longer file.
      const startedAt_ms = io.now();
      try {
        const result = await replayFile({
          engine,
          format: REPLAY_FORMATS[options.format],
          input,
          output,
          strict: options.strict,
          onDecision: tally.count,
          onBadLine: report.badLine,
          onProgress: report.progress,
          signal: io.signal,
        });
        await output.finish();
        report.summary(result, tally.rows(), io.now() - startedAt_ms);
      } finally {
        report.clear();
        await engine.close();
      }
    } finally {
      await output.discard();
    }
  } finally {
    await input.close();
  }
}

async function openReplayEngine(options: ReplayOptions, io: CliIo): Promise<ReplayEngine> {
  const policy = loadPolicy({
    file: options.policy ?? null,
    mode: null,
    read: (path) => readFileSync(path, 'utf8'),
  });
  const config = parseConfig({
    ...io.env,
    ...(options.dataDir === undefined ? {} : { GATEHOUSE_DATA_DIR: resolve(options.dataDir) }),
  });
  const log = pino({ level: 'warn', base: null }, pino.destination({ fd: 2, sync: true }));
  const parts = {
    tenant: options.tenant,
    policy,
    serverPlace: config.serverLocation,
    stated: options.format === 'rba',
  };
  if (options.dataDir === undefined) {
    return createMemoryEngine({ ...parts, ipIntelligence: await openIpIntelligence(config, null, log) });
  }
  const { openEngine } = await import('../main.ts');
  return createDirectoryEngine(await openEngine({ config, log }), parts);
}

async function refuseSameFile({ input, output }: ReplayOptions): Promise<void> {
  if (input === '-' || output === '-') return;
  const [from, to] = await Promise.all([input, output].map((path) => stat(path).catch(() => null)));
  if (from != null && to != null && from.isFile() && from.dev === to.dev && from.ino === to.ino) {
    throw new CommandRefused(
      '--output names the input file: choose another name, or the events would be lost.',
    );
  }
}
