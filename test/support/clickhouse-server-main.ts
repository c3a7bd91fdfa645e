// Serves ClickHouse's HTTP interface on chDB (see clickhouse-server.ts) until it is told to stop.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTestClickHouseServer } from './clickhouse-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8123' },
    /** chDB's data directory; a temporary one when absent. */
    path: { type: 'string' },
    username: { type: 'string', default: 'default' },
    password: { type: 'string', default: '' },
  },
});
const path = values.path ?? mkdtempSync(join(tmpdir(), 'gatehouse-clickhouse-'));
const { username, password } = values;
const server = await createTestClickHouseServer({ path, port: Number(values.port), username, password });
process.stdout.write(`ClickHouse's HTTP interface on chDB: ${server.url} (data in ${path})\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}
