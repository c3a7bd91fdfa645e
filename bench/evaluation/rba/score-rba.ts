import type { LoadedIpIntelligence } from '../../../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import { openReplayInput } from '../../../src/adapters/replay-files/open-input.ts';
import { rba } from '../../../src/adapters/replay-files/rba.ts';
import { createReplayer } from '../../../src/app/replay.ts';
import type { DecisionRecord } from '../../../src/core/record.ts';
import type { ReplayReader } from '../../../src/ports/replay-files.ts';
import { createFreemanCompat, createFreemanConditional } from '../baselines/freeman.ts';
import type { LoginFeatures } from '../baselines/login-features.ts';
import { openEvaluationEngine } from '../engine.ts';
import { createRandom } from '../generator/random.ts';
import { createRbaRowReader, isCatchAll } from './rows.ts';
import { createVirtualAttackers, RBA_ATTACKERS, type VirtualLogin } from './virtual-attackers.ts';

export const RBA_MODELS = ['gatehouse', 'freeman', 'freeman_conditional'] as const;
export type RbaModel = (typeof RBA_MODELS)[number];
/** `very_targeted`: the takeovers that the operator's incident response found. */
export const RBA_KINDS = [...RBA_ATTACKERS, 'very_targeted'] as const;
export type RbaKind = (typeof RBA_KINDS)[number];

export interface RbaOptions {
  readonly file: string;
  /** Share of users, chosen by their id, whose rows are used; 1 for all. */
  readonly sample: number;
  /** Share of honest logins against whose user every virtual attacker tries; `null`: by the size of the file. */
  readonly attackShare: number | null;
  readonly onProgress: (done: number, rows: number) => void;
}

/** Columns, one entry a login or attack. */
export interface RbaScores {
  readonly user: number[];
  /** Accepted logins of the user before. */
  readonly n: number[];
  /** How far into the file, 0–1. */
  readonly at: number[];
  readonly score: Readonly<Record<RbaModel, number[]>>;
}

export interface ScoredRba {
  readonly rows: number;
  readonly badRows: number;
  readonly catchAllRows: number;
  readonly failedRows: number;
  /** Rows that came before the one above them in the file: replayed where they stand. */
  readonly outOfOrder: number;
  readonly users: number;
  /** Honest accepted logins of users with at least one before. */
  readonly logins: RbaScores;
  readonly attacks: Readonly<Record<RbaKind, RbaScores>>;
}

const noScores = (): RbaScores => ({
  user: [],
  n: [],
  at: [],
  score: { gatehouse: [], freeman: [], freeman_conditional: [] },
});
/** Attacks on a sample of logins are enough where there are millions. */
const ATTACKED_BYTES = 60_000_000;

/**
 * The published protocol over the public data set, streamed: rows in file order, each scored before it is learned,
 * against the user's accepted logins so far; the set's catch-all user left out; takeovers and virtual attackers judged
 * without learning. Country and AS come from the columns. Labels decide what is a dry run and where a score is put,
 * and reach nothing else. Failed logins reach the engine as failures, and the baselines, which have no use for them,
 * not at all.
 */
export async function scoreRba(options: RbaOptions, tables: LoadedIpIntelligence): Promise<ScoredRba> {
  const input = await openReplayInput(options.file, process.stdin);
  const { engine } = openEvaluationEngine(tables, true);
  const compat = createFreemanCompat();
  const conditional = createFreemanConditional();
  const random = createRandom('rba');
  const attackers = createVirtualAttackers(random.fork('reservoirs'));
  const share = options.attackShare ?? Math.min(1, ATTACKED_BYTES / Math.max(1, input.size_bytes));
  const logins = noScores();
  const attacks = Object.fromEntries(RBA_KINDS.map((kind) => [kind, noScores()])) as Record<
    RbaKind,
    RbaScores
  >;
  const people = new Map<string, { readonly index: number; accepted: number }>();
  let [rows, badRows, catchAllRows, failedRows, outOfOrder] = [0, 0, 0, 0, 0];
  let decision: DecisionRecord | null = null;
  let header: string | null = null;
  let lastTime = '';
  let open: {
    readonly rowOf: ReturnType<typeof createRbaRowReader>;
    readonly decide: (text: string, asDryRun: boolean, virtual?: VirtualLogin) => DecisionRecord | null;
  } | null = null;

  const start = (first: string): NonNullable<typeof open> => {
    const reader = rba.open(first);
    let [dryRun, stands]: [boolean, VirtualLogin | null] = [false, null];
    const wrapped: ReplayReader = {
      occurredAt: reader.occurredAt,
      read(text) {
        if (stands !== null) {
          const { body, stated } = stands;
          return { ok: true, body, dryRun: true, onChallenge: 'failed', times: 1, stated, label: null };
        }
        const line = reader.read(text);
        return line.ok ? { ...line, dryRun } : line;
      },
    };
    const replayer = createReplayer({
      engine,
      reader: wrapped,
      onDecision: (made) => {
        decision = made;
      },
    });
    return {
      rowOf: createRbaRowReader(first),
      decide(text, asDryRun, virtual) {
        [dryRun, stands, decision] = [asDryRun, virtual ?? null, null];
        replayer.decide(text);
        return decision;
      },
    };
  };

  const put = (
    to: RbaScores,
    who: { readonly index: number; readonly accepted: number },
    at: number,
    made: DecisionRecord,
    features: LoginFeatures,
  ): void => {
    to.user.push(who.index);
    to.n.push(who.accepted);
    to.at.push(at);
    to.score.gatehouse.push(made.verdict.logOdds);
    to.score.freeman.push(compat.score(features) ?? 0);
    to.score.freeman_conditional.push(conditional.score(features) ?? 0);
  };

  try {
    for await (const batch of input.batches()) {
      for (const line of batch) {
        if (line.text === null) {
          badRows += 1;
          continue;
        }
        if (header === null || open === null) {
          header = line.text;
          open = start(header);
          continue;
        }
        const row = open.rowOf(line.text);
        rows += 1;
        if (row === null) {
          badRows += 1;
          continue;
        }
        if (isCatchAll(row.user)) {
          catchAllRows += 1;
          continue;
        }
        if (options.sample < 1 && createRandom(row.user).next() >= options.sample) continue;
        if (row.time < lastTime) outOfOrder += 1;
        lastTime = row.time;
        const at = line.offset / Math.max(1, input.size_bytes);
        if (!row.succeeded) {
          failedRows += 1;
          if (open.decide(line.text, false) === null) badRows += 1;
          continue;
        }
        const who = people.get(row.user) ?? { index: people.size, accepted: 0 };
        people.set(row.user, who);
        const made = open.decide(line.text, row.takeover);
        if (made === null) {
          badRows += 1;
          continue;
        }
        const { features } = row;
        if (row.takeover) {
          if (who.accepted > 0) put(attacks.very_targeted, who, at, made, features);
          continue;
        }
        // Successes from known attack addresses are nobody's honest login, and nobody's proven takeover.
        if (who.accepted > 0 && !row.attackAddress) put(logins, who, at, made, features);
        if (row.attackAddress) continue;
        compat.learn(features);
        conditional.learn(features);
        who.accepted += 1;
        if (random.chance(share)) {
          for (const virtual of attackers.against(row, random.fork(line.number))) {
            const judged = open.decide(`virtual ${virtual.attacker} ${line.number}`, true, virtual);
            if (judged !== null) put(attacks[virtual.attacker], who, at, judged, virtual.features);
          }
        }
        attackers.see(row);
      }
      const last = batch.at(-1);
      options.onProgress(
        last === undefined ? 0 : Math.min(1, (last.offset + last.length) / Math.max(1, input.size_bytes)),
        rows,
      );
    }
  } finally {
    await engine.close();
    await input.close();
  }
  return { rows, badRows, catchAllRows, failedRows, outOfOrder, users: people.size, logins, attacks };
}
