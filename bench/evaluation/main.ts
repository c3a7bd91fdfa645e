import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openTables } from './engine.ts';
import { brokenFloors } from './floors.ts';
import { rbaReport } from './rba/report-rba.ts';
import { scoreRba } from './rba/score-rba.ts';
import { detectionDocument } from './report/document.ts';
import { figuresOf, targetsOf } from './report/figures.ts';
import { FULL, QUICK, WORLD_KINDS } from './run.ts';
import { runInThreads } from './run-in-threads.ts';

const HELP = `npm run eval -- [options]

Measures how well the engine tells takeovers from honest logins, beside published baselines, on generated worlds, and
writes docs/DETECTION.md. Takes some minutes on two idle cores.

  --quick        one small world of each fixed kind in under two minutes; writes nothing, and fails (exit 1) when a
                 figure is below its floor in bench/evaluation/floors.ts
  --users N      people a world              --days N     days a world
  --seeds N      worlds of each kind         --draws N    draws of the bootstrap
  --only KINDS   of stable,churny,drawn
  --rba FILE     instead of generated worlds, the "Login Data Set for Risk-Based Authentication" (CSV) with its
                 published protocol, streamed; prints the published table beside ours
  --sample N     with --rba: share of its users, 0–1, chosen by their ids; the state of all users takes memory
  --output FILE  where the document goes; - for none
  --help
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    users: { type: 'string' },
    days: { type: 'string' },
    seeds: { type: 'string' },
    draws: { type: 'string' },
    only: { type: 'string' },
    output: { type: 'string' },
    rba: { type: 'string' },
    sample: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (values.rba === undefined) await evaluate();
else await evaluateRba(values.rba);

async function evaluateRba(file: string): Promise<void> {
  const sample = Number(values.sample);
  if (!(sample > 0 && sample <= 1)) refuse(`${values.sample} is no share above 0.`);
  const tables = await openTables();
  let shown_ms = 0;
  try {
    const scored = await scoreRba(
      {
        file,
        sample,
        attackShare: null,
        onProgress(done, rows) {
          if (performance.now() < shown_ms + 10_000) return;
          shown_ms = performance.now();
          process.stderr.write(`${Math.round(100 * done)} %, ${rows.toLocaleString('en')} rows\n`);
        },
      },
      tables,
    );
    const text = `${rbaReport(scored).join('\n')}\n`;
    process.stdout.write(text);
    if (values.output !== undefined && values.output !== '-') writeFileSync(values.output, text);
  } finally {
    await tables.close();
  }
}

async function evaluate(): Promise<void> {
  const base = values.quick ? QUICK : FULL;
  const size = {
    ...base,
    users: numberOf(values.users, base.users),
    days: numberOf(values.days, base.days),
    seeds: numberOf(values.seeds, base.seeds),
    draws: numberOf(values.draws, base.draws),
  };
  const wanted = (values.only ?? (values.quick ? 'stable,churny' : WORLD_KINDS.join(','))).split(',');
  const kinds = WORLD_KINDS.filter((kind) => wanted.includes(kind));
  const started_ms = performance.now();
  const results = await runInThreads(kinds, size);
  for (const result of results) process.stdout.write(`${figuresOf(result).join('\n')}\n`);
  const stable = results.find(({ kind }) => kind === 'stable');
  if (stable !== undefined) process.stdout.write(`## Goals\n\n${targetsOf(stable).join('\n')}\n\n`);
  const output =
    values.output ?? (values.quick ? '-' : fileURLToPath(new URL('docs/DETECTION.md', rootUrl())));
  if (output !== '-') {
    writeFileSync(output, detectionDocument(results, size));
    process.stderr.write(`Written to ${output}\n`);
  }
  process.stderr.write(`${Math.round((performance.now() - started_ms) / 1_000)} s in all\n`);
  if (!values.quick) return;
  const broken = brokenFloors(results);
  for (const sentence of broken) process.stderr.write(`${sentence}\n`);
  if (broken.length > 0) process.exitCode = 1;
  else process.stderr.write('All figures reach their floors.\n');
}

function numberOf(text: string | undefined, usual: number): number {
  const value = text === undefined ? usual : Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  return refuse(`${text} is not a whole number above 0.`);
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n${HELP}`);
  process.exit(2);
}

/** The checkout, from the source or from `dist`. */
function rootUrl(): URL {
  const built = import.meta.url.endsWith('.js');
  return new URL(built ? '../../../' : '../../', import.meta.url);
}
