import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
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

test('LMDB: jobs that wait for nobody are not late, although the clock goes on while they are counted', async () => {
  const nothing = async (): Promise<void> => {};
  let now_ms = 0;
  const runner = createEmbeddedJobRunner({
    catalog: TEST_JOBS,
    handlers: { greet: nothing, tick: nothing, later: nothing },
    path: join(tempDir(), 'jobs'),
    clock: () => now_ms++,
    log,
  });
  onTestFinished(() => runner.close());
  expect(Object.values(await runner.counts()).map(({ lag_ms }) => lag_ms)).toEqual([0, 0, 0]);
});
