import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createIpIntelligence } from '../../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import { installationCache } from '../../src/adapters/ip-intelligence/load-as-table.ts';
import { REPLAY_FORMATS, type ReplayFormatName } from '../../src/adapters/replay-files/formats.ts';
import { openReplayInput } from '../../src/adapters/replay-files/open-input.ts';
import { openReplayOutput } from '../../src/adapters/replay-files/open-output.ts';
import type { ReplayEngine } from '../../src/app/replay.ts';
import { type ReplayResult, replayFile } from '../../src/app/replay-file.ts';
import { createReplayTally, type TallyRow } from '../../src/app/replay-tally.ts';
import { createMemoryEngine } from '../../src/cli/replay-engine.ts';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';
import type { Policy } from '../../src/core/policy.ts';

const SILENT = { info: () => undefined, warn: () => undefined };

/** An answer as a replay writes it, with the fields that tests look at. */
export interface ReplayAnswer {
  readonly id: string;
  readonly event_id: string | null;
  readonly error?: string;
  readonly action: 'allow' | 'challenge' | 'block';
  readonly risk: { score: number; level: string; log_odds: number; prior_log_odds: number };
  readonly reasons: readonly { code: string; message: string }[];
  readonly signals: readonly {
    id: string;
    category: string;
    state: string;
    log_odds: number;
    raw_log_odds: number;
    details: Readonly<Record<string, unknown>> | null;
  }[];
  readonly challenge: { id: string } | null;
  readonly policy: { id: string; mode: string };
  readonly learning: string;
  readonly degraded: unknown;
  readonly resolution: string | null;
  readonly final_action: string | null;
}

export interface Replayed {
  readonly text: string;
  readonly answers: readonly ReplayAnswer[];
  readonly result: ReplayResult;
  readonly badLines: readonly { readonly number: number; readonly problem: string }[];
  readonly rows: readonly TallyRow[];
}

/** The engine on an empty state. `tables`: with the built-in tables of places and AS numbers (a second to load). */
export async function memoryEngine(
  options: { tables?: boolean; stated?: boolean; policy?: Policy } = {},
): Promise<ReplayEngine> {
  const tables = options.tables ?? false;
  const ipIntelligence = await createIpIntelligence({
    config: {
      lists: [],
      mmdb: {},
      cacheEntries: 1_000,
      builtinHosting: true,
      builtinPlaces: tables,
      builtinAs: tables,
      cacheDirs: [installationCache()],
    },
    log: SILENT,
  });
  return createMemoryEngine({
    tenant: 'default',
    policy: options.policy ?? DEFAULT_POLICY,
    serverPlace: null,
    ipIntelligence,
    stated: options.stated ?? false,
  });
}

/** Runs a file's content through a fresh engine, files and all. */
export async function replay(
  content: string | Uint8Array,
  options: { format?: ReplayFormatName; strict?: boolean; tables?: boolean; policy?: Policy } = {},
): Promise<Replayed> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const format = options.format ?? 'ndjson';
  try {
    const from = join(directory, 'input');
    const to = join(directory, 'output');
    await writeFile(from, content);
    const engine = await memoryEngine({ ...options, stated: format === 'rba' });
    const input = await openReplayInput(from, process.stdin);
    const output = await openReplayOutput(to, new Writable());
    const badLines: { number: number; problem: string }[] = [];
    const tally = createReplayTally();
    try {
      const result = await replayFile({
        engine,
        format: REPLAY_FORMATS[format],
        input,
        output,
        strict: options.strict ?? false,
        onDecision: tally.count,
        onBadLine: (number, problem) => badLines.push({ number, problem }),
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      await output.finish();
      const text = await readFile(to, 'utf8');
      return { text, answers: parseAnswers(text), result, badLines, rows: tally.rows() };
    } finally {
      await output.discard();
      await input.close();
      await engine.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export const parseAnswers = (text: string): readonly ReplayAnswer[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ReplayAnswer);
