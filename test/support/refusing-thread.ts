// Stands in for an analytics thread that cannot start.
import { parentPort } from 'node:worker_threads';
import type { FromThread } from '../../src/adapters/embedded/analytics-messages.ts';

const failed: FromThread = {
  kind: 'failed',
  error: { code: 'schema_too_new', message: 'too new', parameter: null, cause: null },
};
parentPort?.postMessage(failed);
