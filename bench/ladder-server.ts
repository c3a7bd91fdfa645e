import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { createClientParser } from '../src/adapters/client-parser/create-client-parser.ts';
import { createDecisionLog } from '../src/adapters/embedded/decision-log.ts';
import { createRiskState } from '../src/adapters/embedded/risk-state.ts';
import { createStateStorage } from '../src/adapters/embedded/state-storage.ts';
import { createIpIntelligence } from '../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import { parseAddress } from '../src/adapters/ip-intelligence/parse-address.ts';
import { createAssessLogin } from '../src/app/assess-login.ts';
import { createIdHasher } from '../src/app/hash-ids.ts';
import { createJudge } from '../src/app/judge.ts';
import { parseEvent } from '../src/app/parse-event.ts';
import { matchLists } from '../src/app/policy-lists.ts';
import { renderAnswer } from '../src/app/render.ts';
import { toRecord } from '../src/app/to-record.ts';
import { parseConfig } from '../src/config.ts';
import { validateRiskBody } from '../src/contracts/http/validate-body.ts';
import { decide } from '../src/core/decide.ts';
import { decisionUuid } from '../src/core/decision-id.ts';
import { DEFAULT_POLICY } from '../src/core/default-policy.ts';
import { createLog, startGatehouse } from '../src/main.ts';

/**
 * One rung of the ladder as a server in a process of its own; prints its URL, runs until it is told to stop.
 *
 * bare: Fastify's own JSON parser and serializer, a constant answer. validate: + the contract's validation and the
 * parsing into an event. decide: + facts and decision, on state in memory, and the whole answer. commit: + the durable
 * log and the state's checkpoints. sink: the product itself: keys, quotas, metrics, request log, analytics and all.
 */
const stage = process.argv[2] ?? 'bare';
const key = process.argv[3] ?? '';
const durability = process.argv[4] === 'power' ? 'power' : 'process';
const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const closers: (() => Promise<void>)[] = [];
/** Ids need not be unpredictable here. */
const RANDOM = new Uint8Array(8).fill(0x5a);

const say = (url: string): void => {
  process.stdout.write(`${JSON.stringify({ url })}\n`);
};

if (stage === 'sink') {
  const config = parseConfig({
    PORT: '0',
    GATEHOUSE_DATA_DIR: directory,
    GATEHOUSE_BOOTSTRAP_API_KEY: key,
    GATEHOUSE_DURABILITY: durability,
    GATEHOUSE_LOG_LEVEL: 'warn',
  });
  const running = await startGatehouse({ config });
  closers.push(running.close);
  say(running.url);
} else {
  const app = fastify();
  await build(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  closers.push(() => app.close());
  say(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
}

process.on('message', (message) => {
  if (message === 'memory') process.send?.({ rss_bytes: process.memoryUsage.rss(), cpu: process.cpuUsage() });
});
process.on('SIGTERM', async () => {
  for (const close of closers) await close();
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});

async function build(app: FastifyInstance): Promise<void> {
  if (stage === 'bare') {
    app.post('/v1/risk', async () => ({ action: 'allow' }));
    return;
  }
  const hasher = createIdHasher(new Uint8Array(32).fill(7));
  const parse = (body: unknown) => {
    const validated = validateRiskBody(body, { lenient: false });
    if (!validated.ok) throw new Error('the bench sends valid bodies');
    const parsed = parseEvent(validated.value, {
      tenant: 'default',
      kind: 'risk',
      now_ms: Date.now(),
      canImport: false,
      hasher,
      parseAddress,
    });
    if (!parsed.ok) throw new Error('the bench sends valid events');
    return parsed;
  };
  if (stage === 'validate') {
    app.post('/v1/risk', async (request) => {
      parse(request.body);
      return { action: 'allow' };
    });
    return;
  }
  const log = createLog({ logLevel: 'warn' });
  const ipIntelligence = await createIpIntelligence({
    config: {
      lists: [],
      mmdb: {},
      cacheEntries: 50_000,
      builtinHosting: true,
      builtinPlaces: true,
      builtinAs: true,
      cacheDirs: [directory],
    },
    log,
  });
  const commits = stage === 'commit';
  const decisionLog = createDecisionLog({
    path: join(directory, 'log'),
    durability,
    clock: Date.now,
    log,
  });
  let lastAppend: Promise<void> = Promise.resolve();
  const state = createRiskState({
    storage: commits ? createStateStorage({ path: join(directory, 'state') }) : null,
    settled: () => lastAppend,
  });
  if (commits) setInterval(() => void state.checkpoint(), 250).unref();
  const judge = createJudge({
    state,
    ipIntelligence,
    clientParser: createClientParser({ cacheEntries: 10_000 }),
    policyOf: () => DEFAULT_POLICY,
    matchLists,
    decide,
    serverPlace: null,
  });
  const uuidAt = (position: number): string => decisionUuid(position, RANDOM);
  if (commits) {
    const assess = createAssessLogin({
      judge,
      state,
      log: {
        ...decisionLog,
        get head() {
          return decisionLog.head;
        },
        append: (record) => {
          const appended = decisionLog.append(record);
          lastAppend = appended;
          return appended;
        },
      },
      clock: Date.now,
      uuidAt,
      commitWait_ms: 1_000,
      onUnrecorded: (error) => log.error({ err: error }, 'not recorded'),
    });
    app.post('/v1/risk', async (request) => {
      const { event, warnings } = parse(request.body);
      const { view, recorded } = await assess({
        event,
        warnings,
        source: 'risk',
        idempotency: null,
        requestHash: null,
        apiKeyId: null,
      });
      return renderAnswer(view.decision, { includeSignals: false, recorded });
    });
    return;
  }
  let position = 0;
  app.post('/v1/risk', async (request) => {
    const { event, warnings } = parse(request.body);
    const judged = judge(event, 'risk');
    const judgement = judged instanceof Promise ? await judged : judged;
    position += 1;
    const record = toRecord(
      { event, warnings, source: 'risk', idempotency: null, requestHash: null, apiKeyId: null },
      judgement,
      position,
      uuidAt(position),
    );
    state.apply(record);
    return renderAnswer(record, { includeSignals: false, recorded: true });
  });
}
