// Kills a server under load again and again and proves that nothing acknowledged is lost and nothing is doubled.
// --kills N (50), --clients N (16), --seed N (1), --load MS (3000, the longest time under load before a kill). Prints a line a round; exits with 1 when anything was violated.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CrashReport, runCrashes } from '../test/support/crash-run.ts';
import { median } from './ladder.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    clients: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    load: { type: 'string', default: '3000' },
  },
});

const isSource = import.meta.url.endsWith('.ts');
const cli = fileURLToPath(new URL(`../src/cli${isSource ? '.ts' : '.js'}`, import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-crash-'));

const line = (report: CrashReport): string =>
  [
    `kills ${report.kills} (${report.killsWhileStarting} while starting)`,
    `acknowledged ${report.acknowledged}`,
    `in ClickHouse ${report.stored.decisions}`,
    `unanswered ${report.unanswered}, sent again ${report.retried}`,
    `outcomes ${report.outcomes}`,
    `start after a kill ${ms(report.restarts_ms)}`,
    `stop ${ms(report.stops_ms)}`,
    `${Math.round(report.total_ms / 1_000)} s`,
    `violations ${report.violations.length}`,
  ].join(', ');

const ms = (times: readonly number[]): string =>
  `${Math.round(median(times))} ms (most ${Math.round(Math.max(...times))})`;

try {
  const report = await runCrashes({
    program: isSource ? ['--import', 'tsx', cli] : [cli],
    dataDir,
    kills: Number(values.kills),
    clients: Number(values.clients),
    seed: Number(values.seed),
    mostLoad_ms: Number(values.load),
    onRound: (so_far) => console.log(line(so_far)),
  });
  for (const violation of report.violations) console.error(violation);
  if (report.violations.length > 0) process.exitCode = 1;
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
