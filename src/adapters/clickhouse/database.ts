import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { AnalyticsError, AnalyticsUnavailable, RowsRefused } from '../../ports/analytics-errors.ts';
import type { Cluster } from './cluster.ts';
import { type ClickHouseConnection, connect } from './connect.ts';
import { errorTypeOf } from './error-type.ts';
import { text } from './quote.ts';

export type Parameters = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

/** What one statement may take of the process or server it runs in. */
export interface Limits {
  readonly memory_bytes: number;
  readonly threads: number;
  readonly time_s: number;
}

/** What an analyst may cost: the embedded database shares memory and processors with the decisions. */
export const ANALYST_LIMITS: Limits = { memory_bytes: 1_000_000_000, threads: 2, time_s: 10 };
/** Reads by id and by user, and the sink's own checks. */
export const LOOKUP_LIMITS: Limits = { memory_bytes: 1_000_000_000, threads: 1, time_s: 30 };
/** Repairs and erasures read whole days. */
export const UPKEEP_LIMITS: Limits = { memory_bytes: 4_000_000_000, threads: 2, time_s: 3_600 };

/** SQL with bound parameters over one ClickHouse, whichever it is. Every failure is an `AnalyticsError`. */
export interface Database {
  /** Rows as objects; 64-bit integers as numbers. */
  query<Row>(
    kind: 'read' | 'lookup' | 'write',
    sql: string,
    parameters?: Parameters,
    limits?: Limits,
  ): Promise<Row[]>;
  command(sql: string, parameters?: Parameters): Promise<void>;
  /** Makes the database on the server where it is missing. */
  prepare(): Promise<void>;
  /**
   * Resolves when no statement that writes is under way, whoever sent it: a server goes on with an insert whose client
   * was killed. To be asked where nobody else begins one meanwhile.
   */
  settled(): Promise<void>;
  /** Whether other processes may have it open, too. */
  readonly shared: boolean;
  /** How tables are made and changed where there is more than one server; `null`: there is one. */
  readonly cluster: Cluster | null;
  /** One insert, one block: all of its rows (each a JSON array) or, when refused, none. @throws RowsRefused */
  insert(table: string, columns: readonly string[], rows: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Error types that blame the rows of an insert. Matched by `type`, for chDB's errors are no `ClickHouseError` of the
 * client's package.
 */
const ROW_ERRORS = new Set([
  'ARGUMENT_OUT_OF_BOUND',
  'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  'CANNOT_READ_ALL_DATA',
  'CANNOT_READ_ARRAY_FROM_TEXT',
  'DECIMAL_OVERFLOW',
  'INCORRECT_DATA',
  'INCORRECT_NUMBER_OF_COLUMNS',
  'SIZES_OF_ARRAYS_DONT_MATCH',
  'TOO_LARGE_STRING_SIZE',
  'TYPE_MISMATCH',
  'UNKNOWN_ELEMENT_OF_ENUM',
  'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
]);

const blamesRows = (type: string | undefined): boolean =>
  type !== undefined && (ROW_ERRORS.has(type) || type.startsWith('CANNOT_PARSE_'));

const SOCKET_ERRORS = new Set(['ECONNRESET', 'EPIPE']);

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

const SETTLE_POLL_MS = 200;
/** More than a server goes on with an insert whose client is gone. */
const SETTLE_WAIT_MS = 120_000;
/**
 * A time limit of the server's own, so that an insert that nobody waits for any more ends. In the server's buffer it
 * could not be waited for.
 */
const ON_SERVER = { clickhouse_settings: { max_execution_time: 60, async_insert: 0 } } as const;

/** @throws DataDirLocked, AnalyticsUnavailable as `connect`. */
export function openDatabase(connection: ClickHouseConnection): Database {
  const clients = connect(connection);
  const cluster: Cluster | null =
    connection.kind === 'server' && connection.cluster !== undefined && clients.database !== null
      ? { name: connection.cluster, database: clients.database }
      : null;
  /** Names every statement that writes, among those of other databases on the same server. */
  const writing = `gatehouse-${clients.database ?? ''}-write-`;
  const queryId = (): { query_id: string } => ({ query_id: `${writing}${randomUUID()}` });
  const busy = new Map<ClickHouseClient, number>(clients.reads.map((client) => [client, 0]));

  /** The reader with the fewest statements waiting. */
  const idlest = (): ClickHouseClient => {
    let best = clients.lookups;
    let least = Number.POSITIVE_INFINITY;
    for (const [client, waiting] of busy) {
      if (waiting < least) {
        best = client;
        least = waiting;
      }
    }
    return best;
  };

  async function run<T>(client: ClickHouseClient, work: () => Promise<T>): Promise<T> {
    const waiting = busy.get(client);
    if (waiting !== undefined) busy.set(client, waiting + 1);
    try {
      return await work();
    } catch (error) {
      throw unavailable(error);
    } finally {
      const now = busy.get(client);
      if (now !== undefined) busy.set(client, now - 1);
    }
  }

  /** A read whose socket the server had just closed is asked once more. */
  async function again<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!SOCKET_ERRORS.has(codeOf(error) ?? '')) throw error;
      return read();
    }
  }

  return {
    query<Row>(
      kind: 'read' | 'lookup' | 'write',
      sql: string,
      parameters: Parameters = {},
      limits: Limits = kind === 'read' ? ANALYST_LIMITS : LOOKUP_LIMITS,
    ): Promise<Row[]> {
      const client = kind === 'read' ? idlest() : kind === 'lookup' ? clients.lookups : clients.writes;
      return run(client, async () => {
        // In the statement, not as client settings: the embedded connection would keep those for what follows.
        const limited = `${sql}\nSETTINGS max_memory_usage = ${limits.memory_bytes}, max_threads = ${limits.threads}, max_execution_time = ${limits.time_s}, output_format_json_quote_64bit_integers = 0`;
        return again(async () => {
          const result = await client.query({
            query: limited,
            format: 'JSONEachRow',
            query_params: { ...parameters },
          });
          return (await result.json()) as Row[];
        });
      });
    },
    command: (sql, parameters = {}) =>
      run(clients.writes, async () => {
        await clients.writes.command({ query: sql, query_params: { ...parameters }, ...queryId() });
      }),
    prepare: () => run(clients.writes, () => clients.prepare()),
    shared: clients.database !== null,
    cluster,
    async settled() {
      // Embedded, a statement ends with its process, or is awaited by it.
      if (clients.database === null) return;
      const from =
        cluster === null ? 'system.processes' : `clusterAllReplicas(${text(cluster.name)}, system.processes)`;
      // What an insert through a distributed table runs on the shards carries its name as the initial one.
      const id = cluster === null ? 'query_id' : 'initial_query_id';
      for (let waited_ms = 0; waited_ms < SETTLE_WAIT_MS; waited_ms += SETTLE_POLL_MS) {
        const [found] = await this.query<{ n: number }>(
          'write',
          `SELECT count() AS n FROM ${from} WHERE startsWith(${id}, {prefix:String})`,
          { prefix: writing },
        );
        if (found?.n === 0) return;
        await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
      }
      throw new AnalyticsUnavailable('A statement that writes does not end.');
    },
    async insert(table, columns, rows) {
      const [first, ...others] = columns;
      if (first === undefined || rows.length === 0) return;
      try {
        await clients.inserts.insert({
          table,
          columns: [first, ...others],
          values: rows,
          format: 'JSONCompactEachRow',
          ...(clients.database === null ? {} : ON_SERVER),
          ...queryId(),
        });
      } catch (error) {
        if (blamesRows(errorTypeOf(error))) {
          throw new RowsRefused(`ClickHouse refused rows of ${table}: ${errorTypeOf(error)}.`, null, {
            cause: error,
          });
        }
        throw unavailable(error);
      }
    },
    close: () => clients.close(),
  };
}

function unavailable(error: unknown): AnalyticsError {
  if (error instanceof AnalyticsError) return error;
  const type = errorTypeOf(error);
  const reason =
    type === 'TIMEOUT_EXCEEDED'
      ? 'The query took too long; choose a narrower window.'
      : type === 'MEMORY_LIMIT_EXCEEDED'
        ? 'The query needed too much memory; choose a narrower window.'
        : 'Analytics does not answer.';
  return new AnalyticsUnavailable(reason, { cause: error });
}
