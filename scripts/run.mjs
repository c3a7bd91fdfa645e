// Runs the built command line (or, with --bench, --chaos, --crash, --eval or --fit, a program of bench/), after a build if a source is newer than the last one.
// In this very process, so that a signal or a kill meets Gatehouse itself and not a wrapper around it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

const PROGRAMS = {
  '--bench': 'dist/bench/main.js',
  '--chaos': 'dist/bench/chaos.js',
  '--crash': 'dist/bench/crash.js',
  '--eval': 'dist/bench/evaluation/main.js',
  '--fit': 'dist/bench/fit/main.js',
};
const [first, ...rest] = process.argv.slice(2);
const other = PROGRAMS[first];
const program = join(root, other ?? 'dist/src/cli.js');
process.argv = [process.argv[0], program, ...(other === undefined ? process.argv.slice(2) : rest)];
await import(pathToFileURL(program).href);
