// The analytics thread, which falls over when it is asked for the decision `crash`.
import { parentPort } from 'node:worker_threads';
import type { ToThread } from '../../src/adapters/embedded/analytics-messages.ts';
import '../../src/analytics-thread.ts';

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'call' && message.args.includes('crash')) throw new Error('as asked');
});
