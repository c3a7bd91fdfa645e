import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Session } from 'chdb';

/**
 * ClickHouse's HTTP interface in front of chDB, as far as `@clickhouse/client` uses it: `/ping`, statements in the
 * body or in `query`, bound parameters (`param_…`, in the address or as parts of a form), settings, databases,
 * credentials, gzip both ways, exceptions with their code, and `system.processes` by query id.
 *
 * Not a ClickHouse server: results are made whole before they are sent, nothing can be killed, there are no clusters,
 * no quotas, and no users but one. The specification that it follows:
 * https://clickhouse.com/docs/interfaces/http
 */
export interface TestClickHouseServer {
  readonly url: string;
  /** While refusing, every connection is cut; while slow, every answer waits. For tests of outages. */
  behave(behaviour: Partial<Behaviour>): void;
  /** Statements under way. */
  running(): number;
  close(): Promise<void>;
}

export interface Behaviour {
  readonly refuse: boolean;
  readonly delay_ms: number;
}

export interface TestServerOptions {
  /** chDB's data directory. One process at a time. */
  readonly path: string;
  /** 0: the system chooses. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
}

/** Settings of the HTTP layer, which chDB does not know. */
const OF_HTTP = new Set([
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_response_buffer_size',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'http_zlib_compression_level',
  'cancel_http_readonly_queries_on_client_close',
]);
const OF_REQUEST = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'role',
  'user',
  'password',
]);
const NAME = /^[A-Za-z_]\w*$/;
/** As ClickHouse's `http_max_uri_size`. */
const MAX_URI_BYTES = 1_048_576;

/** HTTP status by exception code, where it is not 500 (ClickHouse's `exceptionCodeToHTTPStatus`). */
const STATUS: Readonly<Record<number, number>> = {
  6: 400,
  26: 400,
  27: 400,
  38: 400,
  41: 400,
  43: 400,
  46: 404,
  47: 404,
  53: 400,
  57: 400,
  60: 404,
  62: 400,
  81: 404,
  115: 404,
  117: 400,
  159: 408,
  456: 400,
  457: 400,
  516: 403,
};

interface Running {
  readonly queryId: string;
  readonly sql: string;
  readonly startedAt_ms: number;
}

class Refused extends Error {
  readonly code: number;

  constructor(code: number, type: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message} (${type})`);
    this.code = code;
  }
}

export async function createTestClickHouseServer(options: TestServerOptions): Promise<TestClickHouseServer> {
  // Holds the engine open: with the last session it would shut down and load every table again.
  const keeper = new Session(options.path);
  const version = (await keeper.queryAsync('SELECT version()', { format: 'TSVRaw' })).text().trim();
  const running = new Set<Running>();
  let behaviour: Behaviour = { refuse: false, delay_ms: 0 };

  async function execute(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const asked = url.searchParams;
    const body = await bodyOf(request);
    const form = await formOf(request, body);
    for (const [name, value] of form ?? []) if (name !== 'query') asked.append(name, value);
    const given = [asked.get('query'), form === null ? body.toString('utf8') : form.get('query')];
    const sql = given.filter((part) => part !== null && part !== '').join('\n');
    const queryId = asked.get('query_id') ?? crypto.randomUUID();
    response.setHeader('X-ClickHouse-Query-Id', queryId);
    authenticate(request, options);
    if (sql === '') throw new Refused(62, 'SYNTAX_ERROR', 'Empty query');
    if ([...running].some((other) => other.queryId === queryId)) {
      throw new Refused(
        216,
        'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
        `Query with id = ${queryId} is already running.`,
      );
    }
    const query: Running = { queryId, sql, startedAt_ms: Date.now() };
    running.add(query);
    try {
      // A session of its own: settings and parameters of one request are nobody else's.
      const session = new Session(options.path);
      try {
        const before = [`USE ${identifier(asked.get('database') ?? 'default')}`];
        for (const [name, value] of asked) {
          if (OF_REQUEST.has(name) || OF_HTTP.has(name)) continue;
          before.push(`SET ${identifier(name)} = ${literal(value)}`);
        }
        const format = asked.get('default_format') ?? 'TabSeparated';
        const result = await session.queryAsync([...before, processes(sql, running)].join(';\n'), { format });
        const bytes = Buffer.from(result.bytes());
        const zipped = asked.get('enable_http_compression') === '1' && bytes.length > 0;
        response.setHeader('X-ClickHouse-Format', format);
        response.setHeader('X-ClickHouse-Timezone', 'UTC');
        response.setHeader('X-ClickHouse-Server-Display-Name', 'chdb');
        response.setHeader('X-ClickHouse-Summary', summaryOf(result.rowsRead, result.bytesRead));
        if (zipped) response.setHeader('Content-Encoding', 'gzip');
        response.end(zipped ? gzipSync(bytes) : bytes);
      } finally {
        session.close();
      }
    } finally {
      running.delete(query);
    }
  }

  const server = createServer(
    { maxHeaderSize: MAX_URI_BYTES, keepAliveTimeout: 10_000 },
    (request, response) => {
      const url = request.url ?? '/';
      if (url.startsWith('/_behave?')) {
        const asked = new URL(url, 'http://localhost').searchParams;
        behaviour = { refuse: asked.get('refuse') === '1', delay_ms: Number(asked.get('delay_ms') ?? 0) };
        response.end('Ok.\n');
        return;
      }
      if (behaviour.refuse) {
        request.socket.destroy();
        return;
      }
      const answer = (): void => {
        if (url === '/ping') {
          response.end('Ok.\n');
          return;
        }
        execute(request, response).catch((error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          const code = Number(/Code: (\d+)\./.exec(text)?.[1] ?? 1002);
          response.statusCode = STATUS[code] ?? 500;
          response.setHeader('X-ClickHouse-Exception-Code', String(code));
          response.end(`${text.slice(text.indexOf('Code:'))} (version ${version})\n`);
        });
      };
      if (behaviour.delay_ms > 0) setTimeout(answer, behaviour.delay_ms);
      else answer();
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(next) {
      behaviour = { ...behaviour, ...next };
    },
    running: () => running.size,
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      keeper.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** The client sends long parameters as parts of a form. */
async function formOf(request: IncomingMessage, body: Buffer): Promise<Map<string, string> | null> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return null;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return new Map([...form].map(([name, value]) => [name, String(value)]));
}

function authenticate(
  request: IncomingMessage,
  { username = 'default', password = '' }: TestServerOptions,
): void {
  const header = request.headers.authorization ?? '';
  const given = header.startsWith('Basic ')
    ? Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8')
    : 'default:';
  if (given === `${username}:${password}`) return;
  throw new Refused(
    516,
    'AUTHENTICATION_FAILED',
    `${given.split(':')[0]}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}

/** Statements under way are known here alone: chDB gives each an id of its own. */
function processes(sql: string, running: ReadonlySet<Running>): string {
  if (/^\s*INSERT\b/i.test(sql)) return sql;
  const rows = [...running].map(
    ({ queryId, sql: text, startedAt_ms }) =>
      `(${literal(queryId)}, ${literal(text.slice(0, 200))}, ${(Date.now() - startedAt_ms) / 1000})`,
  );
  return sql.replace(
    /\bsystem\.processes\b/g,
    `values('query_id String, query String, elapsed Float64', ${rows.join(', ')})`,
  );
}

function identifier(name: string): string {
  if (!NAME.test(name)) throw new Refused(62, 'SYNTAX_ERROR', `Bad name ${name}`);
  return name;
}

const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;

const summaryOf = (rows: number, bytes: number): string =>
  JSON.stringify({
    read_rows: String(rows),
    read_bytes: String(bytes),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: String(rows),
    result_bytes: String(bytes),
    elapsed_ns: '0',
  });
