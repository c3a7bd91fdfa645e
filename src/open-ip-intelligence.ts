import {
  createIpIntelligence,
  type LoadedIpIntelligence,
} from './adapters/ip-intelligence/create-ip-intelligence.ts';
import { parseListSources } from './adapters/ip-intelligence/list-source.ts';
import { installationCache } from './adapters/ip-intelligence/load-as-table.ts';
import type { SourceLog } from './adapters/ip-intelligence/source-log.ts';
import { type Config, ConfigError } from './config.ts';
import type { DependencyState } from './ports/dependency-state.ts';

/** About 25 MB. */
const CACHED_ADDRESSES = 50_000;

/**
 * IP intelligence as the configuration says. Compiled tables are kept beside the installed packages, or in `cacheDir` where
 * those are read-only.
 *
 * @throws ConfigError when the lists are not well written; lists that cannot be read only show in its status.
 */
export async function openIpIntelligence(
  config: Config,
  cacheDir: string | null,
  log: SourceLog,
): Promise<LoadedIpIntelligence> {
  const lists = parseListSources(config.ipLists ?? '');
  if (!lists.ok) throw new ConfigError(`GATEHOUSE_IP_LISTS: ${lists.problem}`);
  return createIpIntelligence({
    config: {
      lists: lists.sources,
      mmdb: {
        ...(config.mmdbCity === null ? {} : { city: config.mmdbCity }),
        ...(config.mmdbAsn === null ? {} : { asn: config.mmdbAsn }),
        ...(config.mmdbAnonymous === null ? {} : { anonymous: config.mmdbAnonymous }),
      },
      cacheEntries: CACHED_ADDRESSES,
      builtinHosting: true,
      builtinPlaces: true,
      builtinAs: true,
      cacheDirs: [installationCache(), ...(cacheDir === null ? [] : [cacheDir])],
    },
    log,
  });
}

/** Lists that cannot be read make decisions know less; they go on. */
export const ipReadiness = (ipIntelligence: LoadedIpIntelligence): readonly DependencyState[] =>
  ipIntelligence.status().map(({ name, ok, problem }) => ({
    name: `ip_intelligence.${name}`,
    ok,
    problem,
    required: false,
  }));
