import { overHttp } from '../../support/clickhouse.ts';

// The very tests of the embedded ClickHouse, over the HTTP path of the client.
overHttp();
await import('../../analytics/panels.test.ts');
await import('./reads.test.ts');
await import('./sink.test.ts');
