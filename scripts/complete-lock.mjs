// `npm ci` refuses a lock file that lacks an optional package of another platform, and `npm install` writes none where
// the registry at hand serves only this platform's (or where node_modules was there before: npm/cli issue 4828). This
// adds the missing entries: name and version as the depending package pins them, no integrity, since none was fetched.
// `--check` changes nothing and fails if one is missing.
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const missing = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (hasVersion(`${path}/node_modules/${name}`) || hasVersion(`node_modules/${name}`)) continue;
    missing.push({ name, range });
  }
}

if (process.argv.includes('--check')) {
  if (missing.length > 0) {
    process.stderr.write(
      `package-lock.json lacks ${missing.map((each) => each.name).join(', ')}; run \`node scripts/complete-lock.mjs\`\n`,
    );
    process.exit(1);
  }
} else {
  for (const { name, range } of missing) {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)) throw new Error(`${name} is not pinned exactly: ${range}`);
    lock.packages[`node_modules/${name}`] = { version: range, optional: true, ...platformOf(name) };
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${missing.length} packages added to package-lock.json\n`);
}

function hasVersion(path) {
  return lock.packages[path.replace(/^\//, '')]?.version !== undefined;
}

/** The operating system and processor that a platform package is for, read off its name, as npm's fields say them. */
function platformOf(name) {
  const [, os, cpu] = /-(darwin|linux|win32)-(arm64|x64)\b/.exec(name) ?? [];
  if (os === undefined) throw new Error(`${name} names no platform`);
  return { cpu: [cpu], os: [os] };
}
