import { accessSync, constants, mkdirSync } from 'node:fs';
import { type ClickHouseClient, type ClickHouseClientConfigOptions, createClient } from '@clickhouse/client';
import { drainPending } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { AnalyticsUnavailable, DataDirLocked } from '../../ports/analytics-errors.ts';

export type ClickHouseConnection =
  /** ClickHouse within this process, on a directory of its own. One process at a time. */
  | { readonly kind: 'embedded'; readonly path: string }
  | {
      readonly kind: 'server';
      readonly url: string;
      readonly username?: string;
      readonly password?: string;
      readonly database?: string;
    };

/** Clients of one database, by what they are for: a connection answers one statement after the other when embedded. */
export interface Clients {
  readonly writes: ClickHouseClient;
  /** Reads by id, which must not wait behind an analyst's panel. */
  readonly lookups: ClickHouseClient;
  readonly reads: readonly ClickHouseClient[];
  close(): Promise<void>;
}

const READERS = 2;

type InjectedConnection = NonNullable<ClickHouseClientConfigOptions['connection']>;

/**
 * @throws DataDirLocked when another process has the embedded directory open.
 * @throws AnalyticsUnavailable when the embedded directory cannot be written.
 */
export function connect(connection: ClickHouseConnection): Clients {
  if (connection.kind === 'server') {
    const client = createClient({
      url: connection.url,
      ...(connection.username === undefined ? {} : { username: connection.username }),
      ...(connection.password === undefined ? {} : { password: connection.password }),
      ...(connection.database === undefined ? {} : { database: connection.database }),
      json: { parse: JSON.parse, stringify: asIs },
    });
    return { writes: client, lookups: client, reads: [client], close: () => client.close() };
  }
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
    return { writes: open(), lookups: open(), reads: Array.from({ length: READERS }, open), close };
  } catch (cause) {
    void close();
    // chDB says only that it could not open; the directory is writable, so what remains is its lock.
    throw new DataDirLocked(
      'The data directory is in use by another process: stop that one, or choose another directory.',
      { cause },
    );
  }
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
