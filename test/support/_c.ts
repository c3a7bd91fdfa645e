import { createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { mkdtempSync, readFileSync } from 'node:fs';
import { decisionRecord } from './log-records.ts';
import { decisionRow } from '../../src/contracts/rows/decision-row.ts';
const dir = mkdtempSync('/tmp/lx/c');
const a = createClient({ connection: createChdbConnection({ path: dir }) } as any);
const q = async (query: string, p?: any): Promise<any> => { try { const r = await a.query({ query, format: 'JSONEachRow', ...(p?{query_params:p}:{}) }); return await r.json(); } catch (e: any) { return `ERR ${e.type} ${e.code} ${String(e.message).slice(0,400)}`; } };
for (const f of ['0001_decisions','0002_outcomes_and_feedback','0003_rollups']) for (const st of readFileSync(`src/adapters/clickhouse/migrations/${f}.sql`,'utf8').split(/;\s*$/m)) if (st.trim()) { try { await a.command({ query: st }); } catch (e: any) { console.log(st.slice(0,300), e.message.slice(0,400)); process.exit(1); } }
const base = 1.79e15;
for (let k=0;k<4;k++) {
const recs = Array.from({ length: 5000 }, (_, i) => decisionRecord({ position: base + (k*5000+i)*1000, userId: 'u'+i%700, eventId: 'e'+i, reasons: ['a.b','c.d'], action: i%9===0?'challenge':'allow' }));
let t = performance.now();
const rows = recs.map(r => decisionRow.toRow(r, 'b1')); const t1=performance.now()-t; t=performance.now();
await a.insert({ table: 'decisions', columns: [...decisionRow.columns] as any, values: rows, format: 'JSONCompactEachRow' });
console.log('rows', t1, 'insert', performance.now()-t);
}
console.log(await q('SELECT count() c, uniqExact(id) u, sum(length(record)) l FROM decisions'), await q('SELECT sum(decisions) d, uniqMerge(users) u FROM decisions_by_hour'), await q('SELECT sum(decisions) d FROM reasons_by_day'));
console.log((await q("SELECT as_select FROM system.tables WHERE name = 'decisions_by_day_mv'"))[0].as_select);
console.log((await q("SELECT as_select FROM system.tables WHERE name = 'outcomes_by_day_mv'"))[0].as_select);
console.log(await q("SELECT table, sum(bytes_on_disk) b, sum(rows) r FROM system.parts WHERE active GROUP BY table"));
process.exit(0);
