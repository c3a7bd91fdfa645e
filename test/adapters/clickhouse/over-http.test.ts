import { vi } from 'vitest';
import { overHttp } from '../../support/clickhouse.ts';

// The very tests of the embedded ClickHouse, over the HTTP path of the client: what is sent, read, refused and erased.
// Repairs and panels are the same statements over the same path.
vi.setConfig({ testTimeout: 120_000 });
overHttp();
await import('./reads.test.ts');
await import('./sink.test.ts');
