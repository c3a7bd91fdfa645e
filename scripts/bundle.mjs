// Puts the server's modules, and those libraries that come in hundreds of small ones, into a few files: a process opens and
// links each module that it loads, which was most of what a start took. What is native, reads files beside itself or is
// few modules anyway stays a package.
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Libraries that are put in, with what they need themselves. */
const INSIDE = [
  'typebox',
  'jose',
  '@clickhouse/client',
  '@clickhouse/client-common',
  'commander',
  'csv-parse',
];
const ENTRIES = ['cli.ts', 'analytics-thread.ts'];

/** Writes `cli.js`, `analytics-thread.js` and what they share into `<directory>/src`. */
export async function bundle(directory) {
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((entry) => join(root, 'src', entry)),
    outdir: join(directory, 'src'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    // Beside the entries, so that there is one place from which files are looked for.
    chunkNames: 'part-[hash]',
    // Libraries in the older form ask for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
    plugins: [packagesOutside, placesKept],
  });
  cpSync(
    join(root, 'src/adapters/clickhouse/migrations'),
    join(directory, 'src/adapters/clickhouse/migrations'),
    { recursive: true },
  );
}

const packagesOutside = {
  name: 'packages stay outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined;
      const inside = INSIDE.some((name) => path === name || path.startsWith(`${name}/`));
      return inside ? undefined : { path, external: true };
    });
  },
};

/** A module that looks for files beside itself finds them where they would be without the bundle. */
const placesKept = {
  name: 'places are kept',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|workers)\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const place = relative(join(root, 'src'), path).split(sep).join('/').replace(/\.ts$/, '.js');
      return {
        loader: 'ts',
        contents: text.replaceAll(
          'import.meta.url',
          `new URL(${JSON.stringify(`./${place}`)}, import.meta.url).href`,
        ),
      };
    });
  },
};
