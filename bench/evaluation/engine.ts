import type { LoadedIpIntelligence } from '../../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import type { ReplayEngine } from '../../src/app/replay.ts';
import { createMemoryEngine } from '../../src/cli/replay-engine.ts';
import { parseConfig } from '../../src/config.ts';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';
import type { Policy } from '../../src/core/policy.ts';
import { openIpIntelligence } from '../../src/open-ip-intelligence.ts';

export const EVALUATION_TENANT = 'evaluation';

/** The tables as the product ships them: no environment, no lists. */
export function openTables(): Promise<LoadedIpIntelligence> {
  return openIpIntelligence(parseConfig({}), null, { info: () => {}, warn: () => {} });
}

export interface EvaluationEngine {
  readonly engine: ReplayEngine;
  /** While on, nothing is challenged, so that every login is taken for the user's and learned as such. */
  letThrough(on: boolean): void;
}

/** The engine of `gatehouse replay` on an empty state, with the default policy in the mode `enforce`. */
export function openEvaluationEngine(tables: LoadedIpIntelligence, stated = false): EvaluationEngine {
  let open = false;
  const strict = { ...DEFAULT_POLICY, mode: 'enforce' } satisfies Policy;
  const never = { medium: 1, high: 1, block: 1 };
  const policy: Policy = {
    ...strict,
    get thresholds() {
      return open ? { ...strict.thresholds, ...never } : strict.thresholds;
    },
  };
  return {
    engine: createMemoryEngine({
      tenant: EVALUATION_TENANT,
      policy,
      serverPlace: null,
      // The tables outlive this engine.
      ipIntelligence: { ...tables, close: async () => {} },
      stated,
    }),
    letThrough: (on) => {
      open = on;
    },
  };
}
