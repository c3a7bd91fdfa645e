// Appends without end, with 64 records under way, and prints each position once it is acknowledged.
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

async function writer(): Promise<never> {
  for (;;) {
    const position = log.nextPosition();
    await log.append(decisionRecord({ position, signals: 8 }));
    process.stdout.write(`${position}\n`);
  }
}

await Promise.all(Array.from({ length: 64 }, writer));
