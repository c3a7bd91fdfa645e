// Fails when a generated file differs from what its source gives now, and names the command to run.
import { readFile } from 'node:fs/promises';
import { tsImport } from 'tsx/esm/api';

const GENERATED = [
  {
    file: 'docs/SIGNALS.md',
    command: 'node scripts/generate-signals-doc.mjs',
    async render() {
      const { renderSignalsDoc } = await tsImport('../src/core/signals-doc.ts', import.meta.url);
      return renderSignalsDoc();
    },
  },
  ...['overview.json', 'health.json'].map((name) => ({
    file: `dashboards/grafana/${name}`,
    command: 'npm run docs:grafana',
    async render() {
      const { grafanaDashboards } = await tsImport('../src/analytics/grafana.ts', import.meta.url);
      return grafanaDashboards().find((file) => file.name === name).text;
    },
  })),
];

let stale = 0;
for (const { file, command, render } of GENERATED) {
  const expected = await render();
  let found = null;
  try {
    found = await readFile(new URL(`../${file}`, import.meta.url), 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (found === expected) continue;
  stale++;
  console.error(
    `${file} is ${found === null ? 'missing' : 'stale'}: run \`${command}\` and commit the result`,
  );
}
if (stale > 0) process.exit(1);
console.log('generated files are up to date');
