// Runs with a limit on file sizes: appends until the disk is full, makes room, appends again; prints what happened.
import pino from 'pino';
import { createDecisionLog } from '../../src/adapters/embedded/decision-log.ts';
import { decisionRecord } from './log-records.ts';

const [path = ''] = process.argv.slice(2);
const log = createDecisionLog({
  path,
  durability: 'process',
  clock: Date.now,
  log: pino({ level: 'silent' }),
});
const acknowledged: number[] = [];
const codes = new Set<string>();
while (codes.size === 0 && acknowledged.length < 50_000) {
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const position = log.nextPosition();
      try {
        await log.append(decisionRecord({ position, userAgent: `agent ${position}`.repeat(20) }));
        acknowledged.push(position);
      } catch (error) {
        codes.add(error instanceof Error && 'code' in error ? String(error.code) : 'none');
      }
    }),
  );
}
const okWhileFull = log.status().ok;
const held = new Set((await log.read(0, 100_000)).map((record) => record.position));
const lost = acknowledged.filter((position) => !held.has(position)).length;
// A copy-on-write tree needs a free page to free pages: the room comes from forgetting, as upkeep does it.
await log.trim(acknowledged[Math.floor(acknowledged.length / 2)] ?? 0).catch(() => undefined);
let worksAfterTrim = false;
for (let i = 0; i < 5 && !worksAfterTrim; i++) {
  const position = log.nextPosition();
  worksAfterTrim = await log.append(decisionRecord({ position, signals: 1 })).then(
    () => true,
    () => false,
  );
}
process.stdout.write(
  JSON.stringify({
    acknowledged: acknowledged.length,
    refusedCodes: [...codes],
    lost,
    okWhileFull,
    worksAfterTrim,
  }),
);
process.exit(0);
