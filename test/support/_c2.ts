import { createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { mkdtempSync, readFileSync } from 'node:fs';
import { decisionRecord } from './log-records.ts';
import { decisionRow } from '../../src/contracts/rows/decision-row.ts';
const mode = process.argv[2] ?? 'all';
const dir = mkdtempSync('/tmp/lx/c');
const conn = createChdbConnection({ path: dir });
const a = createClient({ connection: conn } as any);
for (const f of mode.includes('nomv') ? ['0001_decisions'] : ['0001_decisions','0002_outcomes_and_feedback','0003_rollups']) for (let st of readFileSync(`src/adapters/clickhouse/migrations/${f}.sql`,'utf8').split(/;\s*$/m)) if (st.trim()) { 
  if (mode.includes('noidx')) st = st.replace(/,\n\s+INDEX[^\n]*(?=\n\))/g,'').replace(/\n\s+INDEX[^\n]*/g,'').replace(/CODEC\(ZSTD\(1\)\),\n\n\)/,'CODEC(ZSTD(1))\n)').replace(/,\s*\)\s*ENGINE = MergeTree/, ')\nENGINE = MergeTree');
  if (mode.includes('nolc')) st = st.replace(/LowCardinality\(String\)/g, 'String');
  if (mode.includes('sigstr')) st = st.replace(/        (id|state) LowCardinality\(String\)/g, '        $1 String');
  if (mode.includes('nozstd')) st = st.replace(/CODEC\([^\n]*?\)\)(,?)\n/g, '$1\n');
  try { await a.command({ query: st }); } catch (e: any) { console.log(st.slice(0,300), e.message.slice(0,400)); process.exit(1); } }
const now = Date.now()*1000;
for (let k=0;k<4;k++) {
const recs = Array.from({ length: 5000 }, (_, i) => decisionRecord({ position: now + (k*5000+i)*100, userId: 'u'+i%700, eventId: 'e'+i, reasons: ['a.b','c.d'], action: i%9===0?'challenge':'allow' }));
let t = performance.now();
let rows = recs.map(r => decisionRow.toRow(r, 'b1')); const t1=performance.now()-t; t=performance.now();
let cols = decisionRow.columns;
if (mode.includes('norec')) { cols = cols.slice(0,-1); rows = rows.map(r => r.slice(0,-1)); }
if (mode.includes('nosig')) { const keep = cols.map((c,i)=>[c,i] as const).filter(([c])=>!c.startsWith('signals.')); rows = rows.map(r=>keep.map(([,i])=>r[i])); cols = keep.map(([c])=>c); }
if (mode.includes('evid')) { const ix = cols.map((c,i)=>[c,i] as const).filter(([c])=>c.startsWith('signals.')).map(([,i])=>i); const st = cols.indexOf('signals.state'); rows = rows.map(r=>{ const n=[...r]; const s=r[st] as string[]; for (const i of ix) n[i]=(r[i] as any[]).filter((_,j)=>s[j]==='evidence'); return n; }); }
const colmode = mode.includes('columns');
const body = colmode ? JSON.stringify(cols.map((_,i)=>rows.map(r=>r[i]))) : rows.map(r => JSON.stringify(r)).join('\n'); const t2=performance.now()-t; t=performance.now();
const c0 = process.cpuUsage();
await conn.chdb.queryAsync(`INSERT INTO decisions (${cols.join(',')}) FORMAT ${colmode?'JSONCompactColumns':'JSONCompactEachRow'}\n${body}`);
const c1 = process.cpuUsage(c0);
console.log(mode, 'rows', t1|0, 'stringify', t2|0, 'MB', (body.length/1e6).toFixed(1), 'native', performance.now()-t|0, 'cpu', (c1.user+c1.system)/1000|0);
}
process.exit(0);
