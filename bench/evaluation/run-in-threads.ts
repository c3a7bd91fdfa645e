import { Worker } from 'node:worker_threads';
import type { RunSize, WorldKind, WorldResult } from './run.ts';

/** Runs every kind of world in a thread of its own. The results do not depend on it. */
export function runInThreads(kinds: readonly WorldKind[], size: RunSize): Promise<readonly WorldResult[]> {
  const file = `./kind-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  return Promise.all(
    kinds.map(
      (kind) =>
        new Promise<WorldResult>((resolve, reject) => {
          const worker = new Worker(new URL(file, import.meta.url), { workerData: { kind, size } });
          worker.once('message', resolve);
          worker.once('error', reject);
          worker.once('exit', (code) => reject(new Error(`The thread of ${kind} ended with code ${code}.`)));
        }),
    ),
  );
}
