import { vi } from 'vitest';
import { overHttp } from '../../support/clickhouse.ts';

// The very tests of the embedded ClickHouse, over the HTTP path of the client.
vi.setConfig({ testTimeout: 120_000 });
overHttp();
await import('../../analytics/panels.test.ts');
await import('./reads.test.ts');
await import('./sink.test.ts');
