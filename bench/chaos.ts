// Kills API nodes, workers, Redis and ClickHouse under load and proves that nothing acknowledged is lost or doubled.
// --decisions N (200000, acknowledged), --kills N (40, of nodes, workers and Redis), --clickhouse-kills N (4), --freezes N (3, of workers, for longer than their leases), --stalls N (3, of Redis, for 3 s), --away S (150, seconds that ClickHouse is away once), --clients N (24), --users N (3000), --seed N (1), --minutes N (8, the longest load). Prints a table; exits with 1 when anything was violated.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ChaosReport, runChaos } from '../test/support/chaos-run.ts';
import { median } from './ladder.ts';

const { values } = parseArgs({
  options: {
    decisions: { type: 'string', default: '200000' },
    kills: { type: 'string', default: '40' },
    'clickhouse-kills': { type: 'string', default: '4' },
    freezes: { type: 'string', default: '3' },
    stalls: { type: 'string', default: '3' },
    away: { type: 'string', default: '150' },
    clients: { type: 'string', default: '24' },
    users: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '8' },
  },
});

const isSource = import.meta.url.endsWith('.ts');
const cli = fileURLToPath(new URL(`../src/cli${isSource ? '.ts' : '.js'}`, import.meta.url));

const report = await runChaos({
  program: isSource ? ['--import', 'tsx', cli] : [cli],
  decisions: Number(values.decisions),
  kills: Number(values.kills),
  clickhouseKills: Number(values['clickhouse-kills']),
  freezes: Number(values.freezes),
  stalls: Number(values.stalls),
  away_ms: Number(values.away) * 1_000,
  clients: Number(values.clients),
  users: Number(values.users),
  seed: Number(values.seed),
  mostLoad_ms: Number(values.minutes) * 60_000,
  drainedWithin_ms: 300_000,
  onProgress: (line) => console.error(line),
});
for (const [what, figure] of table(report)) console.log(`${what.padEnd(58)} ${figure}`);
for (const violation of report.violations) console.error(violation);
if (report.violations.length > 0) process.exitCode = 1;

function table(r: ChaosReport): readonly (readonly [what: string, figure: string])[] {
  const { check, away } = r;
  const killed = (Object.keys(r.kills) as (keyof typeof r.kills)[]).map(
    (kind) =>
      [`SIGKILL of ${kind}`, `${count(r.kills[kind])}, serves again after ${ms(r.starts_ms[kind])}`] as const,
  );
  return [
    ['decisions acknowledged', count(r.acknowledged)],
    ['outcomes acknowledged', count(r.outcomes)],
    ['seconds under load', (r.load_ms / 1_000).toFixed(0)],
    ['decisions acknowledged a second', (r.acknowledged / (r.load_ms / 1_000)).toFixed(0)],
    [
      'milliseconds of an answer, p50 / p99',
      `${quantile(r.latencies_ms, 0.5)} / ${quantile(r.latencies_ms, 0.99)}`,
    ],
    ...killed,
    ['of those, while it was starting', count(r.killsWhileStarting)],
    ['workers stopped for longer than their leases', count(r.freezes)],
    ['Redis stopped for longer than its clients wait', count(r.stalls)],
    ['tracks that others had when they woke up', count(r.tracksTaken)],
    ['ClickHouse away, seconds', (away.away_ms / 1_000).toFixed(0)],
    ['decisions acknowledged meanwhile', count(away.acknowledged)],
    ['/readyz meanwhile', away.readiness.join(', ')],
    ['answers that never came, or said “not recorded”', count(r.unanswered)],
    ['of those, said “not recorded”', count(r.unrecorded)],
    ['503 to what needs the state', count(r.refused)],
    ['unacknowledged events sent again, at all nodes at once', count(r.retried)],
    [
      'seconds until the workers had carried everything over',
      check === null ? '-' : (check.drained_ms / 1_000).toFixed(1),
    ],
    ['decisions in ClickHouse', check === null ? '-' : count(check.stored.decisions)],
    ['of those, never acknowledged to anybody', check === null ? '-' : count(check.unacknowledged)],
    ['profiles equal to the replay of the log', check === null ? '-' : count(check.profiles)],
    ['of those, with every decision acknowledged', check === null ? '-' : count(check.profilesAcknowledged)],
    ['violations', count(r.violations.length)],
  ];
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function ms(times: readonly number[]): string {
  return times.length === 0
    ? '-'
    : `${Math.round(median(times))} ms (most ${Math.round(Math.max(...times))})`;
}

function quantile(values_: readonly number[], q: number): string {
  const sorted = Float64Array.from(values_).sort();
  return (sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN).toFixed(1);
}
