import { createClientParser } from '../src/adapters/client-parser/create-client-parser.ts';
import { createRiskState } from '../src/adapters/embedded/risk-state.ts';
import { createIpIntelligence } from '../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import { installationCache } from '../src/adapters/ip-intelligence/load-as-table.ts';
import { parseAddress } from '../src/adapters/ip-intelligence/parse-address.ts';
import { createIdHasher } from '../src/app/hash-ids.ts';
import { createJudge } from '../src/app/judge.ts';
import { parseEvent } from '../src/app/parse-event.ts';
import { matchLists } from '../src/app/policy-lists.ts';
import { toRecord } from '../src/app/to-record.ts';
import { validateRiskBody } from '../src/contracts/http/validate-body.ts';
import { type Decide, decide } from '../src/core/decide.ts';
import { DEFAULT_POLICY } from '../src/core/default-policy.ts';
import { populationFacts, populationKeys } from '../src/core/model/population.ts';
import { encodeProfile } from '../src/core/profile-codec.ts';
import { median } from './ladder.ts';
import { loginBodies } from './logins.ts';

export interface CoreFigures {
  /** One decision by the pure core: all signals, caps, policy, reasons. Median over the rounds. */
  readonly decide_us: number;
  readonly signals: number;
  /** Looking one event's values up in the population of the tenant. */
  readonly population_us: number;
  /** From the parsed body: facts, decision and the fold into state, without the log. */
  readonly judge_us: number;
  readonly profile_bytes_median: number;
  readonly profile_bytes_max: number;
}

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

/**
 * Thirty days of logins of 2,000 users fill the state; then the calls to `decide` of one day are timed from inside
 * the same path (so that the facts are real), and the whole judgement from outside. The clock is read once for 2,000
 * decisions, because reading it costs as much as a signal.
 */
export async function coreFigures(rounds: number): Promise<CoreFigures> {
  const silent = { info: () => {}, warn: () => {} };
  const ipIntelligence = await createIpIntelligence({
    config: {
      lists: [],
      mmdb: {},
      cacheEntries: 50_000,
      builtinHosting: true,
      builtinPlaces: true,
      builtinAs: true,
      cacheDirs: [installationCache()],
    },
    log: silent,
  });
  const state = createRiskState({ storage: null, settled: async () => {} });
  const inputs: Parameters<Decide>[] = [];
  let keep = false;
  const judge = createJudge({
    state,
    ipIntelligence,
    clientParser: createClientParser({ cacheEntries: 10_000 }),
    policyOf: () => DEFAULT_POLICY,
    matchLists,
    decide: (...input) => {
      if (keep) inputs.push(input);
      return decide(...input);
    },
    serverPlace: null,
  });
  const hasher = createIdHasher(new Uint8Array(32).fill(7));
  const users = new Set<string>();
  let position = 0;
  let signals = 0;
  const run = (day: number, count: number): number => {
    const events = loginBodies({ users: 2_000, count, seed: day + 1 }).map((text, i) => {
      const body = {
        ...JSON.parse(text),
        occurred_at: new Date(START_MS + day * DAY_MS + i * 1_000).toISOString(),
      };
      const validated = validateRiskBody(body, { lenient: false });
      if (!validated.ok) throw new Error('the bench makes valid bodies');
      const parsed = parseEvent(validated.value, {
        tenant: 'bench',
        kind: 'risk',
        now_ms: null,
        canImport: true,
        hasher,
        parseAddress,
      });
      if (!parsed.ok) throw new Error('the bench makes valid events');
      return parsed.event;
    });
    const begin = performance.now();
    for (const event of events) {
      const judgement = judge(event, 'risk');
      if (judgement instanceof Promise) throw new Error('embedded state answers at once');
      position += 1;
      const input = { event, warnings: [], idempotency: null, requestHash: null, apiKeyId: null };
      state.apply(
        toRecord({ ...input, source: 'risk' }, judgement, position, '00000000-0000-7000-8000-000000000000'),
      );
      signals = judgement.verdict.signals.length;
      if (event.user.key !== null) users.add(event.user.key);
    }
    return ((performance.now() - begin) * 1_000) / events.length;
  };
  for (let day = 0; day < 30; day++) run(day, 2_000);
  const judge_us = median(Array.from({ length: rounds }, (_, i) => run(30 + i, 2_000)));
  keep = true;
  run(60, 4_000);
  keep = false;
  const decideRound = (): number => {
    const begin = process.cpuUsage();
    for (const input of inputs) decide(...input);
    return cpuSince(begin) / inputs.length;
  };
  decideRound();
  const decide_us = median(Array.from({ length: rounds }, decideRound));
  const population = state.read({
    tenant: 'bench',
    userKey: null,
    loginKey: null,
    ip: '192.0.2.1',
    network: '192.0.2.0/24',
    deviceKey: null,
    attemptId: null,
    applicationId: 'web',
    cells: [],
  }).counters;
  const lookUps = inputs.map(
    ([event, facts]) => [populationKeys(facts.features), event.occurredAt_ms] as const,
  );
  const populationRound = (): number => {
    const begin = process.cpuUsage();
    for (const [keys, at_ms] of lookUps) {
      populationFacts(population.known ? population.value.population : undefined, keys, at_ms);
    }
    return cpuSince(begin) / lookUps.length;
  };
  populationRound();
  const population_us = median(Array.from({ length: rounds }, populationRound));
  const sizes = [...users].flatMap((userKey) => {
    const profile = state.profile('bench', userKey);
    return profile === null ? [] : [encodeProfile(profile).byteLength];
  });
  await ipIntelligence.close();
  return {
    decide_us,
    signals,
    population_us,
    judge_us,
    profile_bytes_median: median(sizes),
    profile_bytes_max: Math.max(...sizes),
  };
}

/** Microseconds of CPU: unlike the clock they do not count what other processes took. */
function cpuSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return user + system;
}
