import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import pino from 'pino';
import { createKeyStore } from '../adapters/embedded/key-store.ts';
import { createRedisKeyStore } from '../adapters/redis/key-store.ts';
import { createKeys } from '../adapters/redis/keys.ts';
import { makeApiKey, parseScopes } from '../app/api-keys.ts';
import { type Config, parseConfig } from '../config.ts';
import { type ApiKey, type KeyStore, SCOPES } from '../ports/key-store.ts';
import { CommandRefused } from './command-refused.ts';
import type { CliIo } from './io.ts';
import { EXIT_CODES_HELP } from './report-error.ts';

interface StoreOptions {
  readonly dataDir?: string;
}

interface CreateOptions extends StoreOptions {
  readonly tenant: string;
  readonly scopes: string;
  readonly name?: string;
  readonly quota?: string;
}

interface ListOptions extends StoreOptions {
  readonly tenant?: string;
  readonly json: boolean;
}

export function keysCommand(io: CliIo): Command {
  const keys = new Command('keys')
    .description('API keys of a data directory, or of REDIS_URL, beside running servers too')
    .addHelpText(
      'after',
      `
A new tenant begins with its first key. A running server knows a new key, and refuses a revoked one, within 2 s.

Examples:
  gatehouse keys create --tenant shop --scopes risk:write --name "login service"
  gatehouse keys list
  gatehouse keys revoke key_019a…
${EXIT_CODES_HELP}`,
    );

  keys
    .command('create')
    .description('makes a key and prints it, once, on standard output')
    .requiredOption('-t, --tenant <tenant>', 'tenant that the key belongs to')
    .requiredOption('-s, --scopes <scopes>', `comma-separated, of ${SCOPES.join(', ')}`)
    .option('-n, --name <name>', 'what the key is for')
    .option('-q, --quota <requests>', 'requests a second instead of the default quota')
    .option('-d, --data-dir <directory>', 'instead of GATEHOUSE_DATA_DIR')
    .action((options: CreateOptions) =>
      withKeys(options, io, true, async (store) => {
        const scopes = parseScopes(
          options.scopes
            .split(',')
            .map((word) => word.trim())
            .filter((word) => word !== ''),
        );
        const { key, record } = makeApiKey(
          {
            tenant: options.tenant,
            scopes,
            name: options.name ?? null,
            quota_rps: options.quota === undefined ? null : Number(options.quota),
          },
          io.now(),
        );
        await store.put(record);
        io.stdout.write(`${key}\n`);
        io.stderr.write(
          `Made ${record.id} for the tenant ${record.tenant} (${record.scopes.join(', ')}). It is not shown again.\n`,
        );
      }),
    );

  keys
    .command('list')
    .description('lists keys, the revoked ones too; never the keys themselves')
    .option('-t, --tenant <tenant>', 'only those of one tenant')
    .option('--json', 'one JSON object a line', false)
    .option('-d, --data-dir <directory>', 'instead of GATEHOUSE_DATA_DIR')
    .action((options: ListOptions) =>
      withKeys(options, io, false, async (store) => {
        const all = await store.list();
        const shown = all.filter((key) => options.tenant === undefined || key.tenant === options.tenant);
        io.stdout.write(
          options.json ? shown.map((key) => `${JSON.stringify(jsonOf(key))}\n`).join('') : table(shown),
        );
      }),
    );

  keys
    .command('revoke')
    .description('revokes a key for good')
    .argument('<id>', 'key_… as `keys list` shows it')
    .option('-d, --data-dir <directory>', 'instead of GATEHOUSE_DATA_DIR')
    .action((id: string, options: StoreOptions) =>
      withKeys(options, io, false, async (store) => {
        if (!(await store.revoke(id, io.now()))) {
          throw new CommandRefused(`There is no key ${id} in this data directory.`);
        }
        io.stderr.write(`Revoked ${id}; running servers refuse it within 2 s.\n`);
      }),
    );
  return keys;
}

async function withKeys(
  options: StoreOptions,
  io: CliIo,
  mayMake: boolean,
  work: (store: KeyStore) => Promise<void>,
): Promise<void> {
  const config = parseConfig(io.env);
  if (options.dataDir === undefined && config.redisUrl !== null) {
    await withSharedKeys(config, work);
    return;
  }
  const dataDir = options.dataDir === undefined ? config.dataDir : resolve(options.dataDir);
  const path = join(dataDir, 'keys');
  if (!mayMake && !existsSync(path)) {
    throw new CommandRefused(
      `${dataDir} holds no keys: name the data directory with --data-dir or GATEHOUSE_DATA_DIR.`,
    );
  }
  const log = pino({ level: 'warn', base: null }, pino.destination({ fd: 2, sync: true }));
  const store = openStore(path, io, log);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

/** The keys of the scaled-out mode. */
async function withSharedKeys(config: Config, work: (store: KeyStore) => Promise<void>): Promise<void> {
  const { openRedis } = await import('../redis-engine.ts');
  const log = pino({ level: 'warn', base: null }, pino.destination({ fd: 2, sync: true }));
  const redis = await openRedis(config, log);
  try {
    const keys = createKeys(config.redisPrefix);
    const store = await createRedisKeyStore({ redis: redis.client, keys, log });
    await work(store);
    await store.close();
  } finally {
    await redis.close();
  }
}

function openStore(path: string, io: CliIo, log: pino.Logger): KeyStore {
  try {
    return createKeyStore({ config: { path }, clock: io.now, log });
  } catch (cause) {
    throw new CommandRefused(
      `The keys in ${path} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}

const time = (at_ms: number | null): string | null => (at_ms === null ? null : new Date(at_ms).toISOString());

const jsonOf = (key: ApiKey): Readonly<Record<string, unknown>> => ({
  id: key.id,
  tenant: key.tenant,
  name: key.name,
  scopes: key.scopes,
  quota_rps: key.quota_rps,
  created_at: time(key.createdAt_ms),
  revoked_at: time(key.revokedAt_ms),
});

function table(keys: readonly ApiKey[]): string {
  const rows = [
    ['ID', 'TENANT', 'NAME', 'CREATED', 'REVOKED', 'SCOPES'],
    ...keys.map((key) => [
      key.id,
      key.tenant,
      key.name ?? '-',
      time(key.createdAt_ms) ?? '-',
      time(key.revokedAt_ms) ?? '-',
      key.scopes.join(','),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
