// Runs the built command line (or, with --bench, the benchmarks), after a build if a source is newer than the last one.
// In this very process, so that a signal or a kill meets Gatehouse itself and not a wrapper around it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

const [bench, ...rest] = process.argv.slice(2);
const program = join(root, bench === '--bench' ? 'dist/bench/main.js' : 'dist/src/cli.js');
process.argv = [process.argv[0], program, ...(bench === '--bench' ? rest : process.argv.slice(2))];
await import(pathToFileURL(program).href);
