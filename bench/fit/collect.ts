import { createClientParser } from '../../src/adapters/client-parser/create-client-parser.ts';
import { createRiskState } from '../../src/adapters/embedded/risk-state.ts';
import type { LoadedIpIntelligence } from '../../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import { parseAddress } from '../../src/adapters/ip-intelligence/parse-address.ts';
import { createIdHasher } from '../../src/app/hash-ids.ts';
import { createJudge } from '../../src/app/judge.ts';
import { parseEvent } from '../../src/app/parse-event.ts';
import { matchLists } from '../../src/app/policy-lists.ts';
import { toRecord } from '../../src/app/to-record.ts';
import { validateRiskBody } from '../../src/contracts/http/validate-body.ts';
import type { Decide } from '../../src/core/decide.ts';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';
import type { OutcomeRecord } from '../../src/core/record.ts';
import { SIGNALS } from '../../src/core/signals/index.ts';
import { ATTACKERS, LOOK_ALIKES } from '../evaluation/generator/event.ts';
import type { World } from '../evaluation/generator/world.ts';

/** One verified login a row: what every signal said of it, before weights. */
export interface Rows {
  /** Index of the world. */
  readonly world: number[];
  readonly user: number[];
  /** Honest logins of the user before this one. */
  readonly n: number[];
  /** −1: an honest login; else an index into `ATTACKERS`. */
  readonly attacker: number[];
  /** −1: nothing special; else an index into `LOOK_ALIKES`. */
  readonly lookAlike: number[];
  /** Raw log-odds, as many as there are signals, row after row. */
  readonly raw: number[];
}

export const emptyRows = (): Rows => ({ world: [], user: [], n: [], attacker: [], lookAlike: [], raw: [] });

const TENANT = 'fit';
const UUID = '00000000-0000-7000-8000-000000000000';

/**
 * Runs a world through the product's own judge and state, and keeps what the signals said of its honest logins and
 * takeovers. `decide` answers meanwhile: what is challenged, and so what is learned, is up to it.
 */
export function collect(
  world: World,
  index: number,
  tables: LoadedIpIntelligence,
  decide: Decide,
  into: Rows,
): void {
  const state = createRiskState({ storage: null, settled: async () => undefined });
  const judge = createJudge({
    state,
    ipIntelligence: tables,
    clientParser: createClientParser({ cacheEntries: 10_000 }),
    policyOf: () => DEFAULT_POLICY,
    matchLists,
    decide,
    serverPlace: null,
  });
  const parsing = {
    tenant: TENANT,
    kind: 'risk',
    now_ms: null,
    canImport: true,
    hasher: createIdHasher(new Uint8Array(32)),
    parseAddress,
  } as const;
  let position = 0;
  for (const { body, dryRun, onChallenge, label } of world.events()) {
    const valid = validateRiskBody(body, { lenient: false });
    if (!valid.ok) throw new Error('the generator makes valid bodies');
    const parsed = parseEvent(valid.value, parsing);
    if (!parsed.ok) throw new Error('the generator makes valid events');
    const { event } = parsed;
    const judgement = judge(event, dryRun ? 'dry_run' : 'risk');
    if (judgement instanceof Promise) throw new Error('embedded state answers at once');
    if (label.kind === 'login' || label.kind === 'attack') {
      into.world.push(index);
      into.user.push(label.user);
      into.n.push(label.n);
      into.attacker.push(label.kind === 'attack' ? ATTACKERS.indexOf(label.attacker) : -1);
      into.lookAlike.push(
        label.kind === 'login' && label.lookAlike !== null ? LOOK_ALIKES.indexOf(label.lookAlike) : -1,
      );
      for (const { rawLogOdds } of judgement.verdict.signals) into.raw.push(rawLogOdds);
    }
    if (dryRun) continue;
    position += 1;
    const input = { event, warnings: [], idempotency: null, requestHash: null, apiKeyId: null };
    const record = toRecord({ ...input, source: 'replay' }, judgement, position, UUID);
    state.apply(record);
    if (record.challenge === null) continue;
    position += 1;
    const passed = onChallenge === 'succeeded';
    const outcome: OutcomeRecord = {
      kind: 'outcome',
      position,
      tenant: TENANT,
      decisionId: record.id,
      status: onChallenge,
      method: null,
      attempts: null,
      occurredAt_ms: event.occurredAt_ms,
      recordedAt_ms: event.recordedAt_ms,
      resolution: passed ? 'passed' : 'not_passed',
      finalAction: passed ? 'allow' : 'block',
      userKey: event.user.key,
      decisionOccurredAt_ms: event.occurredAt_ms,
    };
    state.apply(outcome, record);
  }
}

export const SIGNAL_COUNT = SIGNALS.length;
