// Writes dashboards/grafana/*.json from the panels.
import { mkdir, writeFile } from 'node:fs/promises';
import { tsImport } from 'tsx/esm/api';

const target = new URL('../dashboards/grafana/', import.meta.url);
const { grafanaDashboards } = await tsImport('../src/analytics/grafana.ts', import.meta.url);
await mkdir(target, { recursive: true });
for (const { name, text } of grafanaDashboards()) {
  await writeFile(new URL(name, target), text);
  console.log(`dashboards/grafana/${name} written`);
}
