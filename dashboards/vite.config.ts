import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm start` listens by default: the API behind the development server. */
const API = 'http://127.0.0.1:8080';

/** The API checks `Origin` against its own host, so the development server must speak in its name. */
const toApi = { target: API, changeOrigin: true, headers: { origin: API } };

/** The oldest browsers with CSS `light-dark()`, on which the colour tokens stand. */
const BROWSERS = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];

const COMPRESSIBLE = /\.(?:css|html|js|json|svg)$/;
/** Smaller files fit a packet as they are. */
const WORTH_BYTES = 1_024;

/** Puts `.br` and `.gz` beside each file, once at the build and as small as can be: the server sends what is there. */
const compressed = (): Plugin => {
  let directory = '';
  return {
    name: 'gatehouse:compressed',
    apply: 'build',
    configResolved({ root, build }) {
      directory = resolve(root, build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
        if (!COMPRESSIBLE.test(name)) continue;
        const path = join(directory, name);
        const content = readFileSync(path);
        if (content.length < WORTH_BYTES) continue;
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
};

/**
 * Tells V8 (Chrome 136 and later; a comment to others) to compile all functions of the first file where it is downloaded,
 * beside the main thread, and not one by one when they are first called: https://v8.dev/blog/explicit-compile-hints
 */
const compiledAhead = (): Plugin => ({
  name: 'gatehouse:compiled-ahead',
  apply: 'build',
  generateBundle: {
    // It has to be the first line, before what Vite itself puts there.
    order: 'post',
    handler(_options, files) {
      for (const file of Object.values(files)) {
        if (file.type === 'chunk' && file.isEntry) file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
      }
    },
  },
});

export default defineConfig({
  plugins: [compiledAhead(), compressed()],
  // The pages are written for React and run on Preact: a first load executes a third of the script (docs/adr/0011).
  resolve: {
    alias: [
      { find: /^react$/, replacement: 'preact/compat' },
      { find: /^react-dom$/, replacement: 'preact/compat' },
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react\/jsx(?:-dev)?-runtime$/, replacement: 'preact/jsx-runtime' },
    ],
  },
  oxc: { jsx: { runtime: 'automatic' } },
  server: { host: '127.0.0.1', proxy: { '/v1': toApi, '/session': toApi } },
  build: {
    outDir: '../dist/dashboards',
    emptyOutDir: true,
    target: BROWSERS,
    cssTarget: BROWSERS,
    // The Content-Security-Policy allows only files of this origin: nothing becomes a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // With all that it imports, other than on demand, in one file: a request costs the throttled main thread of a first
        // load about 15 ms, and the bundler would make six of them, for what the later pages share.
        codeSplitting: { groups: [{ name: 'first-load', tags: ['$initial'] }] },
      },
      // `"use client"` of libraries means nothing here, and the router looks for React's `use` and does without it.
      onLog: (level, log, next) => {
        const ofRouter = log.code === 'IMPORT_IS_UNDEFINED' && log.message.includes('@tanstack/react-router');
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE' && !ofRouter) next(level, log);
      },
    },
    // The chart library is one lazy chunk of about this size by nature; the first load is what must stay small.
    chunkSizeWarningLimit: 700,
  },
});
