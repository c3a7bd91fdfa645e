import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CampaignFigures, campaignFigures } from './campaigns.ts';
import { coreFigures } from './core.ts';
import { ladder, STAGES } from './ladder.ts';
import { replayRate } from './replay.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    events: { type: 'string', default: '100000' },
    cells: { type: 'string', default: '30000' },
    runs: { type: 'string', default: '1000' },
    threads: { type: 'string', default: '2' },
    fsync: { type: 'string', default: 'always' },
    only: { type: 'string', default: 'core,replay,ladder,power' },
    decisions: { type: 'string', default: '10000000' },
    users: { type: 'string', default: '200000' },
    days: { type: 'string', default: '90' },
    directory: { type: 'string' },
    'seed-minutes': { type: 'string', default: '600' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run bench -- [--seconds 6] [--rounds 3] [--connections 64] [--events 100000] [--cells 30000] [--runs 1000] [--threads 2] [--only core,replay,ladder,power,campaigns]\n' +
      'npm run bench -- --only redis (or redis-api, redis-sink, redis-away) [--fsync always|everysec] [--seconds 6] [--rounds 3] [--connections 64]\n' +
      'npm run bench -- --only dashboards [--decisions 10000000] [--users 200000] [--days 90] [--directory D (kept, and used again)] [--seed-minutes 600] [--report docs/BENCH-DASHBOARDS.md]\n' +
      'npm run bench -- --only first-load\n',
  );
  process.exit(0);
}
const only = new Set(values.only.split(','));
const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const fixed = (n: number, digits: number): string => n.toFixed(digits);
/** Nanoseconds of one step of integer arithmetic: tells a slow or busy machine from slow code. */
const step_ns = calibrate();

say(
  `Node ${process.version}, one step of a calibration loop ${fixed(step_ns, 2)} ns (about 1.3 on an idle 3 GHz core)`,
);

if (only.has('core')) {
  const core = await coreFigures(9);
  say();
  say(
    'Pure core: decide(event, facts, policy) over 4,000 different logins of 2,000 users, median of 9 rounds',
  );
  say(
    `  ${fixed(core.decide_us, 1)} µs a decision with ${core.signals} signals, population included: ` +
      `${Math.round((core.decide_us * 1_000) / step_ns).toLocaleString('en')} calibration steps`,
  );
  say(`  ${fixed(core.population_us, 2)} µs of it to look the population up`);
  say(
    `  ${fixed(core.judge_us, 1)} µs from the parsed event to the folded state (facts, decision, learning; no log)`,
  );
  say(
    `  profile after 30+ days: ${core.profile_bytes_median} bytes (median), ${core.profile_bytes_max} (largest)`,
  );
}
if (only.has('replay')) {
  const replay = await replayRate(Number(values.events));
  say();
  say(`Replay of ${replay.events.toLocaleString('en')} events from file to file, one process`);
  say(
    `  ${Math.round(replay.rate).toLocaleString('en')} events/s (wall), ${fixed(replay.cpu_us, 1)} µs of CPU an event`,
  );
}
if (only.has('campaigns')) {
  showCampaigns(
    await campaignFigures({
      cells: Number(values.cells),
      runs: Number(values.runs),
      threads: Number(values.threads),
    }),
  );
}
if (only.has('ladder')) await showLadder('process');
if (only.has('power')) await showLadder('power');

const redisParts = ['redis-api', 'redis-sink', 'redis-away'] as const;
if (only.has('redis') || redisParts.some((part) => only.has(part))) {
  const { showRedis } = await import('./redis-report.ts');
  await showRedis({
    parts: only.has('redis') ? redisParts : redisParts.filter((part) => only.has(part)),
    options: {
      connections: Number(values.connections),
      seconds: Number(values.seconds),
      warmUp_s: 3,
      rounds: Number(values.rounds),
      fsync: values.fsync === 'everysec' ? 'everysec' : 'always',
      progress: (text) => process.stderr.write(`${text}\n`),
    },
    say,
  });
}

if (only.has('dashboards')) {
  const { dashboardFigures, dashboardReport } = await import('./dashboards.ts');
  const figures = await dashboardFigures({
    decisions: Number(values.decisions),
    users: Number(values.users),
    days: Number(values.days),
    rounds: 7,
    directory: values.directory ?? null,
    seedAtMost_ms: Number(values['seed-minutes']) * 60_000,
    progress: (text) => process.stderr.write(`${text}\n`),
  });
  const report = figures === null ? 'not seeded to the end: run it again' : dashboardReport(figures);
  if (figures === null || values.report === undefined) say(report);
  else writeFileSync(values.report, report);
}

if (only.has('first-load')) {
  const { firstLoadFigures, firstLoadReport } = await import('./first-load.ts');
  const figures = await firstLoadFigures({ rounds: 5, cpuRate: 4, mbit_s: 10, latency_ms: 40 });
  say(firstLoadReport(figures));
}

async function showLadder(durability: 'process' | 'power'): Promise<void> {
  const rungs = await ladder({
    connections: Number(values.connections),
    seconds: Number(values.seconds),
    warmUp_s: 3,
    rounds: Number(values.rounds),
    durability,
    stages: durability === 'process' ? STAGES : ['bare', 'sink'],
  });
  say();
  say(
    `POST /v1/risk at ${values.connections} connections, durable against ${durability === 'process' ? 'a killed process' : 'the loss of power'}; medians of ${values.rounds} rounds`,
  );
  say('  stage      decisions/s   of bare   p50 ms   p99 ms   CPU µs each   memory MB');
  for (const r of rungs) {
    const cells = [
      r.stage.padEnd(9),
      fixed(r.rps, 0).padStart(12),
      fixed(r.ratio, 2).padStart(9),
      fixed(r.p50_ms, 1).padStart(8),
      fixed(r.p99_ms, 1).padStart(8),
      fixed(r.cpu_us, 0).padStart(13),
      fixed(r.rss_mb, 0).padStart(11),
    ];
    say(`  ${cells.join(' ')}${r.failed > 0 ? `   ${r.failed} FAILED` : ''}`);
  }
}

function showCampaigns({ delays, falseAlarms, step_us, ...memory }: CampaignFigures): void {
  say();
  say('Campaigns: an attack on a cell of made-up traffic (docs/CAMPAIGNS.md), minutes to the alarm');
  say('  usual/min   attack/min   median      p95   floor   tries spent   missed');
  for (const { rate, attack, median_min, p95_min, floor_min, spent, missed, runs } of delays) {
    say(
      `  ${String(rate).padStart(9)} ${`+${attack}`.padStart(12)} ${fixed(median_min, 1).padStart(8)} ${fixed(p95_min, 1).padStart(8)} ${fixed(floor_min, 1).padStart(7)} ${String(spent).padStart(13)} ${`${missed}/${runs}`.padStart(8)}`,
    );
  }
  say('False alarms a month over 10,000 cells: counted, and the 95 % upper limit');
  for (const { world, cellMonths, events, alarms, perMonth, atMost } of falseAlarms) {
    say(
      `  ${world}: ${alarms} in ${cellMonths.toLocaleString('en')} cell-months (${fixed(events / 1e6, 1)} million events), so ${fixed(perMonth, 1)} (at most ${fixed(atMost, 1)})`,
    );
  }
  say(
    `  ${fixed(step_us, 1)} µs an event and cell; ${fixed(memory.quietCell_bytes, 0)} bytes a quiet cell, ${fixed(memory.campaignCell_bytes, 0)} in a campaign, at most ${memory.cells} cells`,
  );
}

function calibrate(): number {
  const steps = 5e7;
  let x = 1;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const begin = performance.now();
    for (let i = 0; i < steps; i++) x = (Math.imul(x, 31) + i) | 0;
    best = Math.min(best, ((performance.now() - begin) * 1e6) / steps);
  }
  return x === 0 ? best + 1e-9 : best;
}
