import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/bundle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Beside `dist`, so that tests neither use a stale build nor replace the one that somebody serves from. */
const OUT = join(root, '.cache', 'e2e');
const LOCK_EXPECTED_MS = 120_000;
const SHARED = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * The command line as users run it, compiled from the present sources; arguments for Node. A compiled server starts in a
 * fraction of the time that the sources need, and these tests start dozens.
 */
export async function builtProgram(): Promise<readonly string[]> {
  await once('server', ['src', 'workers', 'scripts', ...SHARED], () => bundle(OUT));
  return [join(OUT, 'src', 'cli.js')];
}

/** Builds the dashboards to where the program of `builtProgram` serves them from, or takes them from a build just made. */
export async function buildDashboards(): Promise<void> {
  const sources = ['dashboards', ...SHARED];
  await once('dashboards', sources, () => {
    const built = join(root, 'dist', 'dashboards');
    const builtAt_ms = statSync(join(root, 'dist', '.built'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (existsSync(built) && sources.every((source) => newest(join(root, source)) < builtAt_ms)) {
      rmSync(join(OUT, 'dashboards'), { recursive: true, force: true });
      cpSync(built, join(OUT, 'dashboards'), { recursive: true });
      return;
    }
    run('vite', [
      'build',
      'dashboards',
      '--outDir',
      join(OUT, 'dashboards'),
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ]);
  });
}

/** Builds when a source is newer than the last build, and never twice at a time: test files run in several processes. */
async function once(
  name: string,
  sources: readonly string[],
  build: () => void | Promise<void>,
): Promise<void> {
  const stamp = join(OUT, `${name}.built`);
  mkdirSync(OUT, { recursive: true });
  const unlock = await lock(join(OUT, `${name}.lock`));
  try {
    const startedAt_ms = Date.now();
    const builtAt_ms = existsSync(stamp) ? Number(statSync(stamp).mtimeMs) : 0;
    if (sources.every((source) => newest(join(root, source)) < builtAt_ms)) return;
    await build();
    // A source that changed during the build counts as newer.
    writeFileSync(stamp, '');
    if (sources.some((source) => newest(join(root, source)) >= startedAt_ms)) rmSync(stamp);
  } finally {
    unlock();
  }
}

async function lock(path: string): Promise<() => void> {
  for (;;) {
    try {
      closeSync(openSync(path, 'wx'));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    // Left by a run that was killed.
    const since_ms = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since_ms > LOCK_EXPECTED_MS) rmSync(path, { force: true });
    await wait(100);
  }
}

function run(tool: string, args: readonly string[]): void {
  const { status, stderr, stdout } = spawnSync(join(root, 'node_modules', '.bin', tool), args, {
    cwd: root,
    encoding: 'utf8',
    // The test runner's own value would make the bundler build for development.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) throw new Error(`${tool} failed:\n${stdout}${stderr}`);
}

function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce(
    (latest, name) => Math.max(latest, name === 'node_modules' ? 0 : newest(join(path, name))),
    0,
  );
}
