import { accessSync, constants, mkdirSync } from 'node:fs';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { drainPending } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { AnalyticsUnavailable, DataDirLocked } from '../../ports/analytics-errors.ts';
import { quoted } from './quote.ts';

export type ClickHouseConnection =
  /** ClickHouse within this process, on a directory of its own. One process at a time. */
  | { readonly kind: 'embedded'; readonly path: string }
  | {
      readonly kind: 'server';
      /** `http` or `https`; credentials and database in it count where the fields below are absent. */
      readonly url: string;
      readonly username?: string;
      readonly password?: string;
      /** Made when it is missing. */
      readonly database?: string;
      /** Certificates of the authorities that the server's is checked against, as PEM. */
      readonly ca?: Uint8Array;
      /** Name of the cluster that the tables are made on: replicated, and split by tenant. */
      readonly cluster?: string;
    };

/** Clients of one database, by what they are for: a connection answers one statement after the other when embedded. */
export interface Clients {
  readonly inserts: ClickHouseClient;
  readonly writes: ClickHouseClient;
  /** Reads by id, which must not wait behind an analyst's panel. */
  readonly lookups: ClickHouseClient;
  readonly reads: readonly ClickHouseClient[];
  /** The database that all of them speak of; `null`: the embedded one, which has no other. */
  readonly database: string | null;
  /** Makes that database where it is missing. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

const READERS = 2;
/** An insert takes seconds at most; a server that vanished must not hold the sink for longer. */
const INSERT_TIMEOUT_MS = 60_000;
const LOOKUP_TIMEOUT_MS = 35_000;
/** Rebuilds and mutations; one that takes longer still is repeated, which does no harm. */
const UPKEEP_TIMEOUT_MS = 600_000;
const DEFAULT_DATABASE = 'default';

/**
 * A repair reads what was inserted a moment ago, from whichever replica answers: inserts are acknowledged by a
 * majority and reads see every acknowledged one. An insert through a distributed table ends when the shards have it.
 */
const CLUSTER_SETTINGS = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: '1',
  distributed_foreground_insert: 1,
  // A block that is written again on purpose, as after an erasure that was killed, must not be taken for a repeat.
  insert_deduplicate: 0,
} as const;

type InjectedConnection = NonNullable<ClickHouseClientConfigOptions['connection']>;

/**
 * @throws DataDirLocked when another process has the embedded directory open.
 * @throws AnalyticsUnavailable when the embedded directory cannot be written.
 */
export function connect(connection: ClickHouseConnection): Clients {
  if (connection.kind === 'server') return connectToServer(connection);
  makeWritable(connection.path);
  const opened: ClickHouseClient[] = [];
  const open = (): ClickHouseClient => {
    const client = createClient({
      // Each of the two packages brings its own copy of one and the same interface.
      connection: createChdbConnection({ path: connection.path }) as unknown as InjectedConnection,
      json: { parse: JSON.parse, stringify: asIs },
    });
    opened.push(client);
    return client;
  };
  const close = async (): Promise<void> => {
    for (const client of opened.toReversed()) await client.close();
    // A query under way keeps the engine, and one process has one engine: nothing could be opened elsewhere.
    await drainPending();
  };
  try {
    const writes = open();
    return {
      inserts: writes,
      writes,
      lookups: open(),
      reads: Array.from({ length: READERS }, open),
      database: null,
      prepare: async () => {},
      close,
    };
  } catch (cause) {
    void close();
    // chDB says only that it could not open; the directory is writable, so what remains is its lock.
    throw new DataDirLocked(
      'The data directory is in use by another process: stop that one, or choose another directory.',
      { cause },
    );
  }
}

type Server = Extract<ClickHouseConnection, { kind: 'server' }>;

/** A pool of sockets for each purpose: panels that take long must not keep inserts and look-ups waiting. */
function connectToServer(connection: Server): Clients {
  const { username, password, ca, cluster } = connection;
  const url = new URL(connection.url);
  const database = connection.database ?? (url.pathname.slice(1) || DEFAULT_DATABASE);
  url.pathname = '/';
  const opened: ClickHouseClient[] = [];
  const open = (request_timeout: number, of = database): ClickHouseClient => {
    const client = createClient({
      url: url.href,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { tls: { ca_cert: Buffer.from(ca) } }),
      database: of,
      request_timeout,
      // Lists of positions are longer than what servers and proxies take as an address.
      use_multipart_params_auto: true,
      ...(cluster === undefined ? {} : { clickhouse_settings: CLUSTER_SETTINGS }),
      // Failures come back as errors; its own lines would hold statements and what is bound to them.
      log: { level: ClickHouseLogLevel.OFF },
      json: { parse: JSON.parse, stringify: asIs },
    });
    opened.push(client);
    return client;
  };
  return {
    inserts: open(INSERT_TIMEOUT_MS),
    writes: open(UPKEEP_TIMEOUT_MS),
    lookups: open(LOOKUP_TIMEOUT_MS),
    reads: [open(LOOKUP_TIMEOUT_MS)],
    database,
    async prepare() {
      if (database === DEFAULT_DATABASE) return;
      const outside = open(LOOKUP_TIMEOUT_MS, DEFAULT_DATABASE);
      const found = await outside.query({
        query: 'SELECT name FROM system.databases WHERE name = {name:String}',
        query_params: { name: database },
        format: 'JSONEachRow',
      });
      // Asked first: an account that may not make databases is enough where there is one.
      if ((await found.json()).length > 0) return;
      await outside.command({
        query: `CREATE DATABASE IF NOT EXISTS ${quoted(database)}${cluster === undefined ? '' : ` ON CLUSTER ${quoted(cluster)}`}`,
      });
    },
    async close() {
      for (const client of opened) await client.close();
    },
  };
}

function makeWritable(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new AnalyticsUnavailable('The analytics directory cannot be made or written.', { cause });
  }
}

/** Rows come as JSON texts already (see `RowShape`); nothing else is ever inserted as a bare text. */
const asIs = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
