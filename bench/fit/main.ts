import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseConfig } from '../../src/config.ts';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';
import { createDecide } from '../../src/core/engine.ts';
import type { CategoryCaps, SignalWeight } from '../../src/core/score.ts';
import { CATEGORIES } from '../../src/core/signal.ts';
import { SIGNALS } from '../../src/core/signals/index.ts';
import { openIpIntelligence } from '../../src/open-ip-intelligence.ts';
import { PEOPLE_CHANGE } from '../evaluation/generator/changes.ts';
import { loadInternet } from '../evaluation/generator/internet.ts';
import { drawParameters, GENERATOR_VERSION } from '../evaluation/generator/parameters.ts';
import { createWorld } from '../evaluation/generator/world.ts';
import { collect, emptyRows, type Rows } from './collect.ts';
import { parametersFile } from './parameters-file.ts';
import { CLIPS, DEFAULT_RANGE, MOST_AFTER_CALIBRATION, RANGES, STACK_CAPS } from './ranges.ts';
import { calibrate, evidenceOf, fitStack } from './stack-fit.ts';

/**
 * Makes the parameters of the stack again: `npm run fit` writes `src/core/model/parameters/m3.ts`, the same bytes every
 * time on the same sources. Worlds of the generator that nobody chose, drawn by seed; the weights see the first ones,
 * the calibration the others.
 */
const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '16' },
    calibration: { type: 'string', default: '8' },
    users: { type: 'string', default: '250' },
    days: { type: 'string', default: '80' },
    output: { type: 'string', default: '' },
  },
});
const worlds = Number(values.worlds);
const calibrationWorlds = Number(values.calibration);
const size = { users: Number(values.users), days: Number(values.days) };
/** Raised with the first change after a version was published: decisions name it, and are recomputed with what it was. */
const VERSION = 'm3';
const ATTACK_SHARE = 0.15;
/** Changes of networks in a world that the weights see, beside those of its people. */
const NETWORKS = { renumberings: 1, vpnRollouts: 1 } as const;
/** Look-alikes are a few in a thousand logins, and each kind has a goal of its own. */
const LOOK_ALIKE_SHARE = 0.05;
/** Beyond this the bounded weights hold the scores together. */
const MOST_SLOPE = 1.9;
/** What no world teaches is scaled with the rest, and not by what only the bounds of the rest ask for. */
const MOST_SLOPE_UNTAUGHT = 1.6;
const CALIBRATION_TURNS = 5;
/**
 * What the bounds of single weights have held back is given to all of them and to the caps alike, which orders logins as
 * before. By more, scores of worlds where people change much would overstate the risk still further.
 */
const MOST_COMMON = 1.06;
/** The signal that says the same of every verified login: the constant of the calibration is its share. */
const CONSTANT = 'account.right_credential';

// Compiled to dist/bench/fit/.
const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const tables = await openIpIntelligence(parseConfig({}), null, { info: () => {}, warn: () => {} });
const internet = await loadInternet();
// Not the fitted model: what is learned in the worlds must not depend on what was fitted before.
const decide = createDecide(SIGNALS, STACK_CAPS);

const begin = performance.now();
const seen = emptyRows();
const held: Rows[] = [];
for (let i = 0; i < worlds + calibrationWorlds; i++) {
  const from_day = Math.floor(size.days / 2);
  const world = createWorld(drawParameters(`fit-${i}`, size), internet, {
    attackShare: ATTACK_SHARE,
    attacksFrom_day: from_day,
    // Rare honest changes have to be seen to be learned; frequencies, which the calibration is about, stay as they are.
    ...(i < worlds ? { changes: { ...PEOPLE_CHANGE, ...NETWORKS, round: 1, from_day } } : {}),
  });
  const into = i < worlds ? seen : emptyRows();
  collect(world, i, tables, decide, into);
  if (i >= worlds) held.push(into);
  say(`world ${i + 1} of ${worlds + calibrationWorlds}, ${Math.round((performance.now() - begin) / 1000)} s`);
}
await tables.close();

const { priorLogOdds } = DEFAULT_POLICY;
const alpha = fitStack(seen, SIGNALS, {
  caps: STACK_CAPS,
  ranges: RANGES,
  range: DEFAULT_RANGE,
  priorLogOdds,
  ridge: 0.01,
  iterations: 150,
  lookAlikeShare: LOOK_ALIKE_SHARE,
});
const taught = SIGNALS.map((_, j) => seen.user.some((_, i) => seen.raw[i * SIGNALS.length + j] !== 0));
const scaled = (by: number, constant: number) =>
  weightsOf((id, j) => {
    const slope = taught[j] === true ? by : Math.min(by, MOST_SLOPE_UNTAUGHT);
    return Math.min(
      id === CONSTANT ? constant : (alpha[j] ?? 1) * slope,
      MOST_AFTER_CALIBRATION[id] ?? Number.POSITIVE_INFINITY,
    );
  });
// Worlds differ in what they collect, which alone makes pooled scores look less sure than each world's own: the middle
// of the worlds' slopes and offsets is what a world of its own should expect. Caps and bounds take some of it back, so
// several times. The offset goes into the constant, which is bounded (`ranges.ts`).
const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
let slope = 1;
let constant = alpha[SIGNALS.findIndex(({ id }) => id === CONSTANT)] ?? 0;
for (let turn = 0; turn < CALIBRATION_TURNS; turn++) {
  const tried = scaled(slope, constant);
  const found = held.map((rows) =>
    calibrate(rows, evidenceOf(rows, SIGNALS, tried, STACK_CAPS), priorLogOdds),
  );
  const slopes = found.map((one) => one.slope);
  say(`slopes of the calibration worlds: ${slopes.map((s) => s.toFixed(2)).join(' ')}`);
  slope = round(Math.min(MOST_SLOPE, slope * middle(slopes)));
  // At the prior itself, where the affine map of a world says `offset + (slope − 1) · prior` more.
  const shift = middle(found.map((one) => one.offset + (one.slope - 1) * priorLogOdds));
  constant = Math.min(MOST_AFTER_CALIBRATION[CONSTANT] ?? constant, Math.max(0, constant - shift));
}
const bounded = scaled(slope, constant);
const heldBack = middle(
  held.map((rows) => calibrate(rows, evidenceOf(rows, SIGNALS, bounded, STACK_CAPS), priorLogOdds).slope),
);
const common = round(Math.min(MOST_COMMON, Math.max(1, heldBack)));
const weights = weightsOf((id) => (bounded[id]?.alpha ?? 1) * common);
const caps = Object.fromEntries(
  CATEGORIES.map((category) => [
    category,
    {
      positive: round(STACK_CAPS[category].positive * common),
      negative: round(STACK_CAPS[category].negative * common),
    },
  ]),
) as CategoryCaps;
say(`fitted in ${Math.round((performance.now() - begin) / 1000)} s`);

const text = parametersFile({
  version: VERSION,
  weights,
  caps,
  fitted: {
    command: 'npm run fit',
    data:
      `generator ${GENERATOR_VERSION}: worlds drawn-fit-0 to drawn-fit-${worlds - 1} for the weights, the ` +
      `${calibrationWorlds} next for the calibration; ${size.users} users, ${size.days} days each`,
    code: sourcesHash(),
    rows: seen.world.length,
    attacks: seen.attacker.filter((attacker) => attacker >= 0).length,
    slope,
  },
});
writeFileSync(
  values.output === '' ? join(root, `src/core/model/parameters/${VERSION}.ts`) : values.output,
  text,
);

function weightsOf(alphaOf: (id: string, index: number) => number): Record<string, SignalWeight> {
  return Object.fromEntries(
    SIGNALS.map(({ id }, j) => {
      const clip = CLIPS[id] ?? { lo: -5, hi: 5 };
      return [id, { alpha: round(alphaOf(id, j)), lo: clip.lo, hi: clip.hi }];
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** What shapes raw evidence and this fit, without the parameters themselves. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const files = [
    'src/core/campaign',
    'src/core/signals',
    'src/core/signals/support',
    'src/core/model',
    'bench/fit',
    'bench/evaluation/generator',
  ]
    .flatMap((directory) =>
      readdirSync(join(root, directory))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${directory}/${name}`),
    )
    .concat(['familiarity', 'learn', 'profile', 'score', 'weights'].map((name) => `src/core/${name}.ts`))
    .sort();
  for (const file of files) {
    hash.update(`${file}\n`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
