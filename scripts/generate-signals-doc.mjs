// Writes docs/SIGNALS.md from the registry of signals.
import { writeFile } from 'node:fs/promises';
import { tsImport } from 'tsx/esm/api';

const target = new URL('../docs/SIGNALS.md', import.meta.url);
const { renderSignalsDoc } = await tsImport('../src/core/signals-doc.ts', import.meta.url);
await writeFile(target, renderSignalsDoc());
console.log('docs/SIGNALS.md written');
