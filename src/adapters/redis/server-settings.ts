import { Cluster } from 'ioredis';
import type { BaseLogger } from 'pino';
import type { RedisClient } from './connect.ts';
import { within } from './deadline.ts';

/** What of Redis' own settings decides whether an acknowledged decision stays. */
export interface ServerSettings {
  /** `maxmemory-policy`; of several servers one that evicts. `null`: none says. */
  readonly eviction: string | null;
  /** Whether each server keeps an append-only file; `null`: none says. */
  readonly appendOnly: boolean | null;
}

/** What an operator may accept: `GATEHOUSE_REDIS_ACCEPT`. */
export const ACCEPTABLE = ['eviction', 'no_aof'] as const;
export type Accepted = (typeof ACCEPTABLE)[number];

export interface SettingsProblem {
  readonly reason: 'redis_evicts' | 'redis_without_aof';
  /** One sentence for the operator. */
  readonly problem: string;
  /** Whether Gatehouse does not start on it. */
  readonly refuses: boolean;
}

export interface SettingsState {
  readonly ok: boolean;
  readonly problem: string | null;
  readonly reason: SettingsProblem['reason'] | null;
}

/** Settings change by hand only. */
const FRESH_MS = 10_000;
const WAIT_MS = 2_000;
const OK: SettingsState = Object.freeze({ ok: true, problem: null, reason: null });

/**
 * Reads them by INFO, which managed services allow where they forbid CONFIG.
 *
 * @throws ReplyError where INFO is forbidden too.
 */
export async function readServerSettings(client: RedisClient): Promise<ServerSettings> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  const all = await Promise.all(
    servers.map(async (server) => {
      const [memory, persistence] = await Promise.all([server.info('memory'), server.info('persistence')]);
      return {
        eviction: fieldOf(memory, 'maxmemory_policy'),
        appendOnly: fieldOf(persistence, 'aof_enabled'),
      };
    }),
  );
  const policies = all.flatMap(({ eviction }) => eviction ?? []);
  const files = all.flatMap(({ appendOnly }) => appendOnly ?? []);
  return {
    eviction: policies.find((policy) => policy !== NO_EVICTION) ?? policies[0] ?? null,
    appendOnly: files.length === 0 ? null : files.every((enabled) => enabled === '1'),
  };
}

const NO_EVICTION = 'noeviction';

/** Of the lines `name:value`. */
function fieldOf(info: string, name: string): string | null {
  const line = info.split('\n').find((text) => text.startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

/** What is wrong with them and was not accepted, the worst first. */
export function judgeSettings(
  { eviction, appendOnly }: ServerSettings,
  accepted: readonly Accepted[],
): readonly SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (eviction !== null && eviction !== NO_EVICTION && !accepted.includes('eviction')) {
    // The log, keys and the sink's place have no life; all that is made from the log has one.
    const what = eviction.startsWith('volatile-')
      ? 'profiles, event ids (a repeat is then decided twice), tombstones of erased users and the leases of workers'
      : 'anything, acknowledged decisions among it';
    problems.push({
      reason: 'redis_evicts',
      problem: `Redis throws away ${what} when it is full (maxmemory-policy ${eviction}): set maxmemory-policy to noeviction in Redis, or accept it with GATEHOUSE_REDIS_ACCEPT=eviction.`,
      refuses: true,
    });
  }
  if (appendOnly === false && !accepted.includes('no_aof')) {
    problems.push({
      reason: 'redis_without_aof',
      problem:
        'Redis keeps no append-only file: its end takes acknowledged decisions with it. Set appendonly to yes (and appendfsync to always) in Redis, or accept it with GATEHOUSE_REDIS_ACCEPT=no_aof.',
      refuses: false,
    });
  }
  return problems;
}

/**
 * What is wrong at the start, told in the log; the first problem that refuses it, if there is one. A server that does
 * not let itself be asked is told of as well: then nobody knows.
 */
export async function checkSettings(options: {
  readonly client: RedisClient;
  readonly accepted: readonly Accepted[];
  readonly log: Pick<BaseLogger, 'warn'>;
}): Promise<SettingsProblem | null> {
  const { client, accepted, log } = options;
  let settings: ServerSettings;
  try {
    settings = await readServerSettings(client);
  } catch (error) {
    log.warn(
      { err: error, code: 'redis_settings_unknown' },
      'Redis does not say whether it evicts keys and keeps an append-only file; it must not and it should',
    );
    return null;
  }
  const problems = judgeSettings(settings, accepted);
  for (const { reason, problem, refuses } of problems) if (!refuses) log.warn({ code: reason }, problem);
  return problems.find(({ refuses }) => refuses) ?? null;
}

/** The same while it runs, for readiness: somebody may change them. What cannot be asked is as it was. */
export function createSettingsWatch(options: {
  readonly client: RedisClient;
  readonly accepted: readonly Accepted[];
}): () => Promise<SettingsState> {
  const { client, accepted } = options;
  let known: SettingsState = OK;
  let asked_ms = Number.NEGATIVE_INFINITY;
  return async () => {
    const now_ms = performance.now();
    if (now_ms - asked_ms < FRESH_MS) return known;
    const settings = await within(readServerSettings(client), WAIT_MS);
    if (typeof settings === 'symbol') return known;
    asked_ms = now_ms;
    const [worst] = judgeSettings(settings, accepted);
    known = worst === undefined ? OK : { ok: false, problem: worst.problem, reason: worst.reason };
    return known;
  };
}
