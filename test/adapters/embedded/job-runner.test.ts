import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { createEmbeddedJobRunner } from '../../../src/adapters/embedded/job-runner.ts';
import { jobRunnerContract, TEST_JOBS } from '../../contracts/job-runner.ts';
import { tempDir } from '../../support/temp-dir.ts';

const log = pino({ level: 'silent' });

jobRunnerContract('LMDB', async () => {
  const path = join(tempDir(), 'jobs');
  return async (handlers) => {
    const runner = createEmbeddedJobRunner({ catalog: TEST_JOBS, handlers, path, clock: Date.now, log });
    let killed = false;
    onTestFinished(async () => {
      if (!killed) await runner.close();
    });
    return {
      runner,
      kill() {
        killed = true;
      },
    };
  };
});
