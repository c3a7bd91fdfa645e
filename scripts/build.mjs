// Builds the server, the dashboards and the SQL files into dist/. `--if-stale` builds only when a source is newer.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');
const sources = [
  'src',
  'workers',
  'bench',
  'dashboards',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
];

if (process.argv.includes('--if-stale') && isFresh()) process.exit(0);

process.stderr.write('Building Gatehouse …\n');
rmSync(join(root, 'dist'), { recursive: true, force: true });
// Types are `npm run check`'s business; whoever builds to serve need not wait for them.
run('tsc', ['-p', 'tsconfig.build.json', '--noCheck']);
await bundle(join(root, 'dist'));
await compileTables();
run('vite', ['build', 'dashboards', '--logLevel', 'warn']);
writeFileSync(stamp, '');

/** Standard output belongs to the command that runs afterwards, so everything here goes to standard error. */
function run(tool, args) {
  const { status, error } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined || status !== 0) {
    process.stderr.write(`${tool} failed; run \`npm ci\` first, then look at the lines above.\n`);
    process.exit(1);
  }
}

/** Once an installation, so that neither a first start nor a test has to. */
async function compileTables() {
  const program = join(root, 'dist/src/adapters/ip-intelligence/load-as-table.js');
  const { installationCache, loadAsTable } = await import(pathToFileURL(program).href);
  const warn = (_fields, text) => void process.stderr.write(`${text}\n`);
  await loadAsTable({ cacheDirs: [installationCache()], log: { info: () => {}, warn } });
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built_ms = statSync(stamp).mtimeMs;
  return sources.every((source) => newest(join(root, source)) <= built_ms);
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce(
    (latest, name) => Math.max(latest, name === 'node_modules' ? 0 : newest(join(path, name))),
    stat.mtimeMs,
  );
}
