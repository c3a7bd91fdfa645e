import { createChdbConnection } from 'chdb/connection';
import { mkdtempSync } from 'node:fs';
import { decisionRecord } from './log-records.ts';
import { buildRows } from '../../src/adapters/clickhouse/write-rows.ts';
import { readMigrations } from '../../src/adapters/clickhouse/migrate.ts';
const mode = process.argv[2] ?? 'all';
const conn = createChdbConnection({ path: mkdtempSync('/tmp/lx/q') });
for (const m of readMigrations()) { if (mode.includes('nomv') && m.version>2) continue; for (let st of m.statements) { 
  if (mode.includes('noidx') && m.version===1) st = st.replace(/,\s*INDEX[\s\S]*GRANULARITY 1\n\)/, '\n)');
  if (mode.includes('nocodec')) st = st.replace(/ CODEC\((?:Delta, )?ZSTD\(1\)\)/g, '');
  await conn.chdb.queryAsync(st); } }
const now = Date.now()*1000;
const cpu = async (f: () => unknown) => { const c0 = process.cpuUsage(); const t = performance.now(); await f(); const c = process.cpuUsage(c0); return `${((c.user+c.system)/5000).toFixed(0)}us(w${((performance.now()-t)/5).toFixed(0)})`; };
for (let k=0;k<5;k++) {
  const recs = Array.from({ length: 5000 }, (_, i) => decisionRecord({ position: now + (k*5000+i)*100, userId: 'u'+i%700, eventId: 'e'+i, reasons: ['a.b','c.d'], action: i%9===0?'challenge':'allow' }));
  let rows: any; let body = '';
  const a = await cpu(() => { rows = buildRows('b', recs)[0]; });
  let cols = rows.columns; let vals = rows.rows.map((r: any) => r.values);
  if (mode.includes('norec')) { cols = cols.slice(0,-1); vals = vals.map((r: any) => r.slice(0,-1)); }
  const b = await cpu(() => { body = vals.map((v: any) => JSON.stringify(v)).join('\n'); });
  const c = await cpu(() => conn.chdb.queryAsync(`INSERT INTO decisions (${cols.join(',')}) ${process.argv[3] ? 'SETTINGS '+process.argv[3] : ''} FORMAT JSONCompactEachRow\n${body}`));
  if (k>1) console.log(mode, 'build', a, 'stringify', b, 'native', c, (body.length/5000).toFixed(0));
}
process.exit(0);
