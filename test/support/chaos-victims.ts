import { setTimeout as wait } from 'node:timers/promises';
import { type StartingGatehouse, startGatehouseProcess } from './gatehouse-process.ts';

export type VictimKind = 'api' | 'worker' | 'redis' | 'clickhouse';

/** Something that is killed again and again, and comes back by itself each time. */
export interface Victim {
  readonly name: string;
  readonly kind: VictimKind;
  /** Whether a kill would kill anything. */
  canBeKilled(): boolean;
  /** SIGKILL now; resolves, with the milliseconds that it was gone, when it serves again or was killed again. */
  strike(down_ms: number): Promise<Strike>;
  /** Resolves when it serves. */
  up(): Promise<void>;
}

export interface Strike {
  readonly whileStarting: boolean;
  /** From its new start until it served; `null`: killed again before. */
  readonly start_ms: number | null;
}

export interface NodeVictim extends Victim {
  /** Whether it serves, so that a stop would stop something. */
  canBeFrozen(): boolean;
  /**
   * SIGSTOP when `ready` resolves and SIGCONT later: it is there, says nothing, and wakes up thinking that no time has
   * passed. Nothing kills it meanwhile.
   */
  freeze(for_ms: number, ready: () => Promise<void>): Promise<void>;
  /** SIGTERM. Resolves to the exit code. */
  stop(): Promise<number | null>;
  logged(): string;
}

const RESTART_MS = 500;

/** An API node or a worker under a supervisor that starts it again whenever it ends. */
export function nodeVictim(options: {
  readonly name: string;
  readonly kind: 'api' | 'worker';
  readonly program: readonly string[];
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
}): NodeVictim {
  const { name, kind, program, dataDir, env } = options;
  let life = 0;
  let process_: StartingGatehouse | null = null;
  let running: Awaited<StartingGatehouse['ready']> | null = null;
  let starting: Promise<boolean> = Promise.resolve(true);
  let logged = '';
  let frozen = false;

  /** True when it serves, false when it was killed before. */
  async function start(own: number): Promise<boolean> {
    while (own === life) {
      process_ = startGatehouseProcess({ program, dataDir, env: { ...env, GATEHOUSE_ROLE: kind } });
      try {
        running = await process_.ready;
        return true;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        // Ended by itself, as it does when Redis does not come: a supervisor starts it again.
        if (own === life) {
          logged += `${error.message}\n`;
          await wait(RESTART_MS);
        }
      }
    }
    return false;
  }
  starting = start(life);

  return {
    name,
    kind,
    canBeKilled: () => process_ !== null && !frozen,
    canBeFrozen: () => running !== null && !frozen,
    async freeze(for_ms, ready) {
      if (running === null) throw new Error(`${name} is not there to be frozen`);
      const { pid } = running;
      frozen = true;
      try {
        await ready();
        process.kill(pid, 'SIGSTOP');
        await wait(for_ms);
        process.kill(pid, 'SIGCONT');
      } finally {
        frozen = false;
      }
    },
    async strike(down_ms) {
      life += 1;
      const own = life;
      const killed = process_;
      const whileStarting = running === null;
      logged += running?.logged() ?? '';
      process_ = null;
      running = null;
      await killed?.kill();
      await wait(down_ms);
      const startedAt_ms = performance.now();
      starting = start(own);
      const served = await starting;
      return { whileStarting, start_ms: served ? performance.now() - startedAt_ms : null };
    },
    async up() {
      while (!(await starting));
    },
    async stop() {
      return running === null ? null : running.stop();
    },
    logged: () => logged + (running?.logged() ?? ''),
  };
}

/** Redis or ClickHouse, which are started again with what they had on disk. */
export function storeVictim(options: {
  readonly kind: 'redis' | 'clickhouse';
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}): Victim {
  const { kind, kill, start } = options;
  let struck: Promise<Strike> | null = null;
  const strike = async (down_ms: number): Promise<Strike> => {
    await kill();
    await wait(down_ms);
    const startedAt_ms = performance.now();
    await start();
    return { whileStarting: false, start_ms: performance.now() - startedAt_ms };
  };
  return {
    name: kind,
    kind,
    canBeKilled: () => struck === null,
    async strike(down_ms) {
      struck = strike(down_ms);
      try {
        return await struck;
      } finally {
        struck = null;
      }
    },
    async up() {
      await struck;
    },
  };
}
