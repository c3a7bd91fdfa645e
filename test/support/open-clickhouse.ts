// Tries to open an analytics directory and prints how that went.
import pino from 'pino';
import { createClickHouse } from '../../src/adapters/clickhouse/create-clickhouse.ts';

const [path = ''] = process.argv.slice(2);
try {
  const clickhouse = createClickHouse({
    connection: { kind: 'embedded', path },
    panels: [],
    clock: Date.now,
    log: pino({ level: 'silent' }),
  });
  await clickhouse.close();
  process.stdout.write(JSON.stringify({ code: null }));
} catch (error) {
  const { code, message } = error as { code: string; message: string };
  process.stdout.write(JSON.stringify({ code, message }));
}
