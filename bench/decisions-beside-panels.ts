import { Agent, request as send } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PANELS } from '../src/analytics/panels/index.ts';
import { BOOTSTRAP_KEY, startGatehouseProcess } from '../test/support/gatehouse-process.ts';
import { loginBodies } from './logins.ts';

export interface BesidePanels {
  readonly rate_per_s: number;
  readonly alone: Latencies;
  readonly beside: Latencies;
  /** Panels answered meanwhile. */
  readonly panels: number;
  readonly panel_median_ms: number;
}

export interface Latencies {
  readonly n: number;
  readonly failed: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

export interface BesidePanelsOptions {
  /** Data directory of a server, with its analytics filled. */
  readonly directory: string;
  /** End of the windows that the panels show. */
  readonly to_ms: number;
  readonly rate_per_s: number;
  readonly seconds: number;
}

const DAY_MS = 86_400_000;
/** As many panels at a time as a browser asks for. */
const AT_A_TIME = 6;

/**
 * Decisions at a fixed rate, alone and while a browser loads the overview again and again without a pause. Each is timed
 * from the moment at which it was due: one that had to wait for another counts its waiting.
 */
export async function decisionsBesidePanels(options: BesidePanelsOptions): Promise<BesidePanels> {
  const isSource = import.meta.url.endsWith('.ts');
  const cli = fileURLToPath(new URL(`../src/cli${isSource ? '.ts' : '.js'}`, import.meta.url));
  const server = await startGatehouseProcess({
    program: isSource ? ['--import', 'tsx', cli] : [cli],
    dataDir: options.directory,
  }).ready;
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  try {
    const bodies = loginBodies({ users: 5_000, count: 20_000, seed: 5 });
    await decide(agent, server.url, bodies, options.rate_per_s, 5);
    const alone = await decide(agent, server.url, bodies, options.rate_per_s, options.seconds);
    const stop = new AbortController();
    const panels = Promise.all(
      Array.from({ length: AT_A_TIME }, (_, i) => watch(agent, server.url, options.to_ms, i, stop.signal)),
    );
    const beside = await decide(agent, server.url, bodies, options.rate_per_s, options.seconds);
    stop.abort();
    const times = (await panels).flat().toSorted((a, b) => a - b);
    return {
      rate_per_s: options.rate_per_s,
      alone,
      beside,
      panels: times.length,
      panel_median_ms: times[Math.floor(times.length / 2)] ?? Number.NaN,
    };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

async function decide(
  agent: Agent,
  url: string,
  bodies: readonly string[],
  rate_per_s: number,
  seconds: number,
): Promise<Latencies> {
  const begin = performance.now();
  const all = Array.from({ length: rate_per_s * seconds }, async (_, i): Promise<number | null> => {
    const due = begin + (i * 1_000) / rate_per_s;
    await wait(Math.max(0, due - performance.now()));
    const status = await ask(agent, 'POST', `${url}/v1/risk`, bodies[i % bodies.length]);
    return status === 200 ? performance.now() - due : null;
  });
  const times = await Promise.all(all);
  const answered = times.filter((time) => time !== null).toSorted((a, b) => a - b);
  const quantile = (q: number): number => answered[Math.floor((answered.length - 1) * q)] ?? Number.NaN;
  return {
    n: answered.length,
    failed: times.length - answered.length,
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
  };
}

/** One of the browser's connections: panel after panel, over a day and over 90 days. */
async function watch(
  agent: Agent,
  url: string,
  to_ms: number,
  first: number,
  stop: AbortSignal,
): Promise<readonly number[]> {
  const shown = PANELS.filter(({ group }) => group === 'overview');
  const times: number[] = [];
  for (let i = first; !stop.aborted; i += AT_A_TIME) {
    const panel = shown[i % shown.length];
    const days = Math.floor(i / shown.length) % 2 === 0 ? 1 : 90;
    const from = new Date(to_ms - days * DAY_MS).toISOString();
    const begin = performance.now();
    const path = `/v1/analytics/panels/${panel?.id}?from=${from}&to=${new Date(to_ms).toISOString()}`;
    const status = await ask(agent, 'GET', `${url}${path}`);
    if (status !== 200) throw new Error(`panel ${panel?.id} answered ${status}`);
    times.push(performance.now() - begin);
  }
  return times;
}

function ask(agent: Agent, method: string, url: string, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      {
        agent,
        method,
        headers: {
          authorization: `Bearer ${BOOTSTRAP_KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
