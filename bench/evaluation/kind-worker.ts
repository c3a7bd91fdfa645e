import { parentPort, workerData } from 'node:worker_threads';
import { openTables } from './engine.ts';
import { loadInternet } from './generator/internet.ts';
import { type RunSize, runKind, type WorldKind } from './run.ts';

/** One kind of world in a thread of its own: kinds share nothing, and there are cores for two at a time. */
const { kind, size } = workerData as { readonly kind: WorldKind; readonly size: RunSize };
const tables = await openTables();
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
parentPort?.postMessage(await runKind(kind, size, await loadInternet(), tables, say));
await tables.close();
