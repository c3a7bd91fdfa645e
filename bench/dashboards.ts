import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { createClickHouse } from '../src/adapters/clickhouse/create-clickhouse.ts';
import { createSecretStore } from '../src/adapters/embedded/secret-store.ts';
import { PANELS } from '../src/analytics/panels/index.ts';
import { createIdHasher } from '../src/app/hash-ids.ts';
import type { DecisionFilter } from '../src/ports/analytics.ts';
import { type BesidePanels, decisionsBesidePanels, type Latencies } from './decisions-beside-panels.ts';
import { seedDecisions, userId } from './seed-decisions.ts';

export interface DashboardOptions {
  readonly decisions: number;
  readonly users: number;
  readonly days: number;
  readonly rounds: number;
  /** A directory that was seeded before, or is to be kept; `null`: a temporary one. */
  readonly directory: string | null;
  /** A seeding that takes longer stops, keeps what it has and goes on when it is run again. */
  readonly seedAtMost_ms: number;
  readonly progress: (text: string) => void;
}

export interface Figure {
  readonly what: string;
  readonly goal_ms: number | null;
  readonly median_ms: number;
  readonly worst_ms: number;
  /** Processor time of the whole process, the median of the rounds: what an idle machine needs at most. */
  readonly cpu_ms: number;
  readonly rows: number;
}

export interface DashboardFigures {
  readonly decisions: number;
  readonly users: number;
  readonly disk_bytes: number;
  /** Of the decisions. */
  readonly parts: number;
  readonly seeding_ms: number;
  readonly figures: readonly Figure[];
  readonly beside: BesidePanels;
}

const DAY_MS = 86_400_000;
const TENANT = 'default';
/** A busy service; an embedded server takes many times that. */
const RATE_PER_S = 100;
/** As many as the pages ask for at once. */
const PAGE_ROWS = 50;
/** Of the seeded ones, with logins on most days. */
const ADDRESS = '198.18.3.7';
const AS_NUMBER = 64_010;
const SECONDS = 20;

/** Panels, searches and user pages over a large embedded ClickHouse; `null` when it is not seeded to the end yet. */
export async function dashboardFigures(options: DashboardOptions): Promise<DashboardFigures | null> {
  const { decisions, users, days, rounds, progress } = options;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'gatehouse-dashboards-'));
  const path = join(directory, 'analytics');
  const silent = pino({ level: 'silent' });
  try {
    const secrets = createSecretStore({ config: { path: join(directory, 'secrets') }, log: silent });
    const hasher = createIdHasher(await secrets.get('id-hash', () => randomBytes(32)));
    const seeded = await seedDecisions({
      path,
      notes: join(directory, 'seed.json'),
      atMost_ms: options.seedAtMost_ms,
      decisions,
      users,
      days,
      hasher,
      progress: (done) => progress(`seeding ${Math.round(done * 100)} %`),
    });
    if (!seeded.done) return null;
    const clickhouse = createClickHouse({
      connection: { kind: 'embedded', path },
      panels: PANELS,
      clock: Date.now,
      log: silent,
    });
    const { analytics, database } = clickhouse;
    let measured: Omit<DashboardFigures, 'beside'>;
    let newest_ms: number;
    try {
      await analytics.migrate();
      const [size] = await database.query<{
        n: number;
        bytes: number;
        parts: number;
        newest_ms: number;
        users: number;
      }>(
        'read',
        `SELECT count() AS n, uniq(user_key) AS users, toUnixTimestamp64Milli(max(occurred_at)) AS newest_ms,
(SELECT sum(bytes_on_disk) FROM system.parts WHERE active) AS bytes,
(SELECT count() FROM system.parts WHERE active AND table = 'decisions') AS parts FROM decisions`,
      );
      const to_ms = size?.newest_ms ?? Date.now();
      const window = (width_days: number) => ({
        from: new Date(to_ms - width_days * DAY_MS).toISOString(),
        to: new Date(to_ms).toISOString(),
      });
      const figures: Figure[] = [];
      const forget = (): Promise<void> => database.command('SYSTEM DROP QUERY CONDITION CACHE');
      const measure = async (
        what: string,
        goal_ms: number | null,
        work: () => Promise<number>,
      ): Promise<void> => {
        figures.push(await figure(what, goal_ms, rounds, forget, work));
        progress(what);
      };
      for (const [width, goal] of [
        [1, 150],
        [90, 400],
      ] as const) {
        for (const panel of PANELS) {
          await measure(
            `panel ${panel.id}, ${width === 1 ? '24 h' : '90 days'}`,
            panel.group === 'overview' ? goal : null,
            async () => (await analytics.panel(TENANT, panel.id, window(width))).rows.length,
          );
        }
      }
      const key = (idx: number): string => hasher.hash('user', TENANT, userId(idx));
      const usual = key(Math.floor(users / 4));
      const searches: readonly (readonly [string, DecisionFilter])[] = [
        ['newest', {}],
        ['of a user', { userKey: usual }],
        ['from an address', { ip: ADDRESS }],
        ['of an AS', { asn: AS_NUMBER }],
        ['blocked', { action: 'block' }],
        ['high risk in a country, a week', { level: 'high', country: 'NZ', from_ms: to_ms - 7 * DAY_MS }],
        ['for a reason', { reason: 'location.impossible_travel' }],
        ['score from 0.2 to 0.5', { scoreMin: 0.2, scoreMax: 0.5 }],
        ['text that occurs often', { text: 'chrome city' }],
        ['text that occurs nowhere, a day', { text: 'nowhere-at-all', from_ms: to_ms - DAY_MS }],
      ];
      for (const [what, filter] of searches) {
        await measure(
          `list, ${what}`,
          200,
          async () => (await analytics.rows(TENANT, filter, PAGE_ROWS, null)).data.length,
        );
      }
      await measure(
        'search, whole records, newest',
        200,
        async () => (await analytics.search(TENANT, {}, 50, null)).data.length,
      );
      for (const [what, userKey] of [
        ['usual', usual],
        ['the busiest', key(0)],
      ] as const) {
        await measure(`user page, ${what}`, 150, async () => {
          const [page] = await Promise.all([
            analytics.search(TENANT, { userKey }, PAGE_ROWS, null),
            analytics.userActivity(TENANT, userKey, { from_ms: to_ms - 90 * DAY_MS, to_ms }),
          ]);
          return page.data.length;
        });
      }
      const [shown] = (await analytics.rows(TENANT, { ip: ADDRESS }, 1, null)).data;
      await measure('decision page', null, async () =>
        (await analytics.decision(TENANT, shown?.fields.id ?? '')) === undefined ? 0 : 1,
      );
      for (const [subject, width] of [
        [{ kind: 'address', value: ADDRESS }, 90],
        [{ kind: 'as', value: AS_NUMBER }, 7],
      ] as const) {
        await measure(`${subject.kind} page, ${width} days`, null, async () => {
          const { totals } = await analytics.entity(TENANT, subject, {
            from_ms: to_ms - width * DAY_MS,
            to_ms,
          });
          return totals.decisions;
        });
      }
      measured = {
        decisions: size?.n ?? 0,
        users: size?.users ?? 0,
        disk_bytes: size?.bytes ?? 0,
        parts: size?.parts ?? 0,
        seeding_ms: seeded.spent_ms,
        figures,
      };
      newest_ms = to_ms;
    } finally {
      await clickhouse.close();
    }
    progress('decisions beside panels');
    const beside = await decisionsBesidePanels({
      directory,
      to_ms: newest_ms,
      rate_per_s: RATE_PER_S,
      seconds: SECONDS,
    });
    return { ...measured, beside };
  } finally {
    if (options.directory === null) rmSync(directory, { recursive: true, force: true });
  }
}

/** `forget` makes ClickHouse forget what it knows of the same question: nobody asks one again to the millisecond. */
async function figure(
  what: string,
  goal_ms: number | null,
  rounds: number,
  forget: () => Promise<void>,
  work: () => Promise<number>,
): Promise<Figure> {
  const wall: number[] = [];
  const cpu: number[] = [];
  let rows = 0;
  for (let round = 0; round < rounds; round++) {
    await forget();
    const before = process.cpuUsage();
    const begin = performance.now();
    rows = await work();
    wall.push(performance.now() - begin);
    const used = process.cpuUsage(before);
    cpu.push((used.user + used.system) / 1_000);
  }
  return {
    what,
    goal_ms,
    median_ms: median(wall),
    worst_ms: Math.max(...wall),
    cpu_ms: median(cpu),
    rows,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The figures as a document, with the SQL of every panel. */
export function dashboardReport(measured: DashboardFigures): string {
  const { decisions, users, disk_bytes, parts, seeding_ms, figures, beside } = measured;
  const number = (n: number): string => Math.round(n).toLocaleString('en');
  const lines = figures.map(({ what, goal_ms, median_ms, worst_ms, cpu_ms, rows }) => {
    const met = goal_ms === null ? '' : median_ms <= goal_ms ? 'yes' : 'no';
    return `| ${what} | ${median_ms.toFixed(0)} | ${worst_ms.toFixed(0)} | ${cpu_ms.toFixed(0)} | ${goal_ms ?? ''} | ${met} | ${rows} |`;
  });
  const latencies = (name: string, { n, failed, p50_ms, p99_ms }: Latencies): string =>
    `| ${name} | ${number(n)} | ${failed} | ${p50_ms.toFixed(1)} | ${p99_ms.toFixed(1)} |`;
  const sql = PANELS.map(({ id, sql: text }) => `### ${id}\n\n\`\`\`sql\n${text.trim()}\n\`\`\``);
  return `# Bench of the dashboards

Written by \`npm run bench -- --only dashboards\`. ${number(decisions)} decisions of ${number(users)} users, 25 signals and a whole
record each, in the embedded ClickHouse (${number(disk_bytes / 1e6)} MB on disk, in ${parts} parts, merged until ClickHouse left
them alone; seeded in ${number(seeding_ms / 1_000)} s). Milliseconds of wall time (median and worst) and of processor time of the whole process (median).
ClickHouse remembers which granules a condition left out and answers the same question again up to forty times faster; this
memory (the query condition cache) is emptied before every measurement, since nobody asks a question twice to the millisecond.

| what | median ms | worst ms | CPU ms | goal ms | met | rows |
| --- | ---: | ---: | ---: | ---: | --- | ---: |
${lines.join('\n')}

## Decisions beside panels

\`POST /v1/risk\` at ${beside.rate_per_s} a second on a server with these tables, alone and while six connections load the overview's
panels (24 h and 90 days in turn) without a pause: ${number(beside.panels)} panels meanwhile, ${beside.panel_median_ms.toFixed(0)} ms each at the median. Timed
from the moment at which a decision was due; server, load and panels share the machine.

| | decisions | failed | p50 ms | p99 ms |
| --- | ---: | ---: | ---: | ---: |
${latencies('alone', beside.alone)}
${latencies('beside panels', beside.beside)}

## SQL

\`{{name}}\` stands for the rollup of that name, or the same counts over raw rows, within one tenant and the window.

${sql.join('\n\n')}
`;
}
