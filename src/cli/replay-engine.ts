import { hash } from 'node:crypto';
import { createClientParser } from '../adapters/client-parser/create-client-parser.ts';
import { createRiskState, type EmbeddedRiskState } from '../adapters/embedded/risk-state.ts';
import type { LoadedIpIntelligence } from '../adapters/ip-intelligence/create-ip-intelligence.ts';
import { parseAddress } from '../adapters/ip-intelligence/parse-address.ts';
import { withOverrides } from '../adapters/ip-intelligence/with-overrides.ts';
import { type IdHasher, MAX_LOGIN_LENGTH } from '../app/hash-ids.ts';
import { createJudge } from '../app/judge.ts';
import { matchLists } from '../app/policy-lists.ts';
import type { ReplayEngine } from '../app/replay.ts';
import type { Config } from '../config.ts';
import { decide } from '../core/decide.ts';
import type { Policy } from '../core/policy.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { StatedAddress } from '../ports/replay-files.ts';

const CACHED_CLIENTS = 10_000;

interface EngineParts {
  readonly tenant: string;
  readonly policy: Policy;
  readonly serverPlace: Config['serverLocation'];
  readonly ipIntelligence: LoadedIpIntelligence;
  /** Whether lines state country and AS themselves. */
  readonly stated: boolean;
  readonly state: EmbeddedRiskState;
  readonly hasher: IdHasher;
}

/** A stand-in for a data directory that has been opened (see `openEngine`). */
export interface OpenDirectory {
  readonly state: EmbeddedRiskState;
  readonly decisionLog: DecisionLog;
  readonly ipIntelligence: LoadedIpIntelligence;
  readonly hasher: IdHasher;
  readonly close: () => Promise<void>;
}

/** The engine on an empty state that ends with the run. */
export function createMemoryEngine(parts: Omit<EngineParts, 'state' | 'hasher'>): ReplayEngine {
  const state = createRiskState({ storage: null, settled: async () => undefined });
  let position = 0;
  return {
    ...commonParts({ ...parts, state, hasher: UNKEYED }),
    nextPosition: () => {
      position += 1;
      return position;
    },
    commit: (record, decision) => state.apply(record, decision),
    keeps: false,
    settled: async () => undefined,
    close: async () => {
      await state.close();
      await parts.ipIntelligence.close();
    },
  };
}

/** The engine on a data directory: it begins from its state, and every decision goes into its log and to analytics. */
export function createDirectoryEngine(
  directory: OpenDirectory,
  parts: Omit<EngineParts, 'state' | 'hasher' | 'ipIntelligence'>,
): ReplayEngine {
  const { state, decisionLog, hasher, ipIntelligence } = directory;
  let last: Promise<void> = Promise.resolve();
  let failure: unknown = null;
  return {
    ...commonParts({ ...parts, state, hasher, ipIntelligence }),
    nextPosition: () => decisionLog.nextPosition(),
    commit(record, decision) {
      state.apply(record, decision);
      last = decisionLog.append(record).catch((error: unknown) => {
        failure ??= error;
      });
    },
    keeps: true,
    async settled() {
      await last;
      if (failure !== null) throw failure;
    },
    close: directory.close,
  };
}

function commonParts(
  parts: EngineParts,
): Pick<ReplayEngine, 'tenant' | 'judge' | 'hasher' | 'parseAddress' | 'setStated'> {
  let current: StatedAddress | null = null;
  return {
    tenant: parts.tenant,
    hasher: parts.hasher,
    parseAddress,
    setStated: (stated) => {
      current = stated;
    },
    judge: createJudge({
      state: parts.state,
      ipIntelligence: parts.stated
        ? withOverrides(parts.ipIntelligence, () => current ?? undefined)
        : parts.ipIntelligence,
      clientParser: createClientParser({ cacheEntries: CACHED_CLIENTS }),
      policyOf: () => parts.policy,
      matchLists,
      decide,
      serverPlace: parts.serverPlace,
    }),
  };
}

/** 128 bits in base64url, as the keyed hashes have. */
const KEY_LENGTH = 22;

/**
 * Hashes of ids without a secret, so that two runs agree, and five times as fast as keyed ones. Nothing made with them
 * is kept or shown, and whoever runs the replay has the ids themselves in the file.
 */
const UNKEYED: IdHasher = {
  hash: (kind, tenant, value) => unkeyed(kind, tenant, value),
  hashLogin(tenant, typed) {
    const name = typed.slice(0, MAX_LOGIN_LENGTH).trim().toLowerCase().normalize('NFC');
    return name === '' ? null : unkeyed('login', tenant, name);
  },
};

const unkeyed = (kind: string, tenant: string, value: string): string =>
  hash('sha256', `${kind.length}:${kind},${tenant.length}:${tenant},${value}`, 'base64url').slice(
    0,
    KEY_LENGTH,
  );
