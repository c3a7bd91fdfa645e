// What the tests need besides npm: a Chromium for the browser tests. Found, installed (root on Debian), or named.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const INSTALL = 'apt-get install -y --no-install-recommends chromium';
if (findChromium() !== undefined) process.exit(0);

const debian = spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
if (debian && process.getuid?.() === 0) {
  process.stderr.write(`Chromium is missing; running: ${INSTALL}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-q'], { stdio: ['ignore', 'ignore', 2], env });
  const [tool, ...args] = INSTALL.split(' ');
  spawnSync(tool, args, { stdio: ['ignore', 'ignore', 2], env });
}
if (findChromium() === undefined) {
  process.stderr.write(
    `The browser tests need Chromium. Run \`sudo ${INSTALL}\`, or set CHROMIUM_PATH, and try again.\n`,
  );
  process.exit(1);
}

function findChromium() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((path) => {
    if (path === undefined) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
