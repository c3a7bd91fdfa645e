// What the tests need besides npm: a Chromium for the browser tests and a redis-server. Found, installed (root on
// Debian), or named by CHROMIUM_PATH and REDIS_SERVER_PATH.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const NEEDS = [
  {
    name: 'Chromium',
    for: 'The browser tests',
    package: 'chromium',
    variable: 'CHROMIUM_PATH',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  },
  {
    name: 'a redis-server (7.0 or newer)',
    for: 'The tests of the scaled-out mode',
    package: 'redis-server',
    variable: 'REDIS_SERVER_PATH',
    paths: ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'],
  },
];

const missing = () => NEEDS.filter((need) => !find([process.env[need.variable], ...need.paths]));
const wanted = missing();
if (wanted.length === 0) process.exit(0);

const install = (needs) =>
  `apt-get install -y --no-install-recommends ${needs.map((need) => need.package).join(' ')}`;
const debian = spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
if (debian && process.getuid?.() === 0) {
  const command = install(wanted);
  process.stderr.write(`Missing: ${wanted.map((need) => need.name).join(', ')}; running: ${command}\n`);
  // The server is for the tests to start: the package must not start one of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update', '-q'], { stdio: ['ignore', 'ignore', 2], env });
  const [tool, ...args] = command.split(' ');
  spawnSync(tool, args, { stdio: ['ignore', 'ignore', 2], env });
}
const left = missing();
for (const need of left) {
  process.stderr.write(
    `${need.for} need ${need.name}. Run \`sudo ${install([need])}\`, or set ${need.variable}, and try again.\n`,
  );
}
if (left.length > 0) process.exit(1);

function find(candidates) {
  return candidates.some((path) => {
    if (path === undefined) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
