import { isAbsolute, resolve } from 'node:path';
import { BOOTSTRAP_KEY_MIN_LENGTH } from './app/api-keys.ts';

/** A refusal to start, in one sentence that an operator can act on. */
export class ConfigError extends Error {
  readonly code = 'config';
}

interface Variable<T> {
  readonly name: string;
  /** As it would be typed; `null`: not set. */
  readonly fallback: string | null;
  readonly help: string;
  readonly parse: (text: string) => T;
}

const text = (value: string): string => value;

const integer =
  (least: number, most: number) =>
  (value: string): number => {
    const n = Number(value);
    if (!/^-?\d+$/.test(value) || n < least || n > most) {
      throw new ConfigError(`must be a whole number from ${least} to ${most}`);
    }
    return n;
  };

const number =
  (least: number, most: number) =>
  (value: string): number => {
    const n = Number(value);
    if (value.trim() === '' || !Number.isFinite(n) || n < least || n > most) {
      throw new ConfigError(`must be a number from ${least} to ${most}`);
    }
    return n;
  };

const oneOf =
  <const T extends readonly string[]>(values: T) =>
  (value: string): T[number] => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new ConfigError(`must be one of ${values.join(', ')}`);
    return found;
  };

const identifier = (value: string): string => {
  if (!/^[A-Za-z_][\w-]*$/.test(value)) {
    throw new ConfigError('must be letters, digits, _ and -, and begin with a letter');
  }
  return value;
};

const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const origins = (value: string): readonly string[] =>
  list(value).map((part) => {
    const url = URL.canParse(part) ? new URL(part) : null;
    if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
      throw new ConfigError(`holds "${part}", which is no origin like https://gatehouse.example.org`);
    }
    return url.origin;
  });

const httpUrl = (value: string): string => {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError('must be an address like https://clickhouse.example.org:8443');
  }
  return value;
};

const redisUrls = (value: string): string => {
  for (const part of list(value)) {
    const url = URL.canParse(part) ? new URL(part) : null;
    if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
      throw new ConfigError('must be like redis://host:6379 or rediss://user:password@host:6379');
    }
  }
  return value;
};

const someOf =
  <const T extends readonly string[]>(values: T) =>
  (value: string): readonly T[number][] =>
    list(value).map((part) => {
      const found = values.find((candidate) => candidate === part);
      if (found === undefined)
        throw new ConfigError(`holds "${part}", which is none of ${values.join(', ')}`);
      return found;
    });

const prefix = (value: string): string => {
  if (!/^[a-z0-9-]{1,32}$/.test(value)) throw new ConfigError('must be 1–32 of a–z, 0–9 and -');
  return value;
};

const coordinates = (value: string): { readonly latitude: number; readonly longitude: number } => {
  const [latitude, longitude, more] = value.split(',').map(Number);
  if (
    latitude === undefined ||
    longitude === undefined ||
    more !== undefined ||
    !(Math.abs(latitude) <= 90) ||
    !(Math.abs(longitude) <= 180)
  ) {
    throw new ConfigError('must be a latitude and a longitude in degrees, like 52.52,13.40');
  }
  return { latitude, longitude };
};

const variable = <T>(
  name: string,
  fallback: string | null,
  help: string,
  parse: (text: string) => T,
): Variable<T> => ({ name, fallback, help, parse });

/** Every environment variable that Gatehouse reads, once. */
const VARIABLES = {
  port: variable(
    'PORT',
    '8080',
    'port of the API and the dashboards; 0 lets the system choose',
    integer(0, 65_535),
  ),
  host: variable('HOST', '127.0.0.1', 'address to listen on', text),
  dataDir: variable('GATEHOUSE_DATA_DIR', './data', 'directory of everything that is kept', (v) =>
    isAbsolute(v) ? v : resolve(v),
  ),
  role: variable('GATEHOUSE_ROLE', 'all', 'all, api or worker', oneOf(['all', 'api', 'worker'])),
  redisUrl: variable(
    'REDIS_URL',
    null,
    'state and log in Redis (scaled out), like redis://host:6379 or rediss://user:password@host:6379; several with commas for a cluster',
    redisUrls,
  ),
  redisCluster: variable(
    'REDIS_CLUSTER',
    'off',
    'on: REDIS_URL names nodes of a Redis Cluster',
    oneOf(['on', 'off']),
  ),
  redisPrefix: variable(
    'GATEHOUSE_REDIS_PREFIX',
    'gatehouse',
    'beginning of every key, for several installations on one Redis: 1–32 of a–z, 0–9 and -',
    prefix,
  ),
  redisAccepted: variable(
    'GATEHOUSE_REDIS_ACCEPT',
    null,
    'what of the settings of Redis is accepted although acknowledged decisions may be lost by it, comma-separated: eviction (of keys when it is full, refused otherwise), no_aof (no append-only file, warned of otherwise)',
    someOf(['eviction', 'no_aof']),
  ),
  budget_ms: variable(
    'GATEHOUSE_BUDGET_MS',
    '50',
    'scaled out: milliseconds within which a decision is answered with what is known, a third of them for reading',
    integer(5, 60_000),
  ),
  clickhouseUrl: variable(
    'CLICKHOUSE_URL',
    null,
    'analytics in a ClickHouse server (scaled out), http or https',
    httpUrl,
  ),
  clickhouseUser: variable('CLICKHOUSE_USER', null, 'account on the ClickHouse server', text),
  clickhousePassword: variable('CLICKHOUSE_PASSWORD', null, 'its password', text),
  clickhouseDatabase: variable(
    'CLICKHOUSE_DATABASE',
    null,
    'database on the ClickHouse server, made when it is missing (that of the address, or default)',
    identifier,
  ),
  clickhouseCaFile: variable(
    'CLICKHOUSE_CA_FILE',
    null,
    "PEM file with the authorities of the ClickHouse server's certificate",
    resolve,
  ),
  clickhouseCluster: variable(
    'CLICKHOUSE_CLUSTER',
    null,
    'cluster on which the tables are made replicated and distributed (see docs/adr)',
    identifier,
  ),
  bootstrapApiKey: variable(
    'GATEHOUSE_BOOTSTRAP_API_KEY',
    null,
    `at least ${BOOTSTRAP_KEY_MIN_LENGTH} characters: makes this very key exist, with every scope, in the tenant default`,
    (v) => {
      if (v.length < BOOTSTRAP_KEY_MIN_LENGTH) {
        throw new ConfigError(`must have at least ${BOOTSTRAP_KEY_MIN_LENGTH} characters`);
      }
      return v;
    },
  ),
  mode: variable(
    'GATEHOUSE_MODE',
    null,
    "enforce or monitor; overrides the policy's mode (begin with monitor on live traffic)",
    oneOf(['enforce', 'monitor']),
  ),
  policyFile: variable(
    'GATEHOUSE_POLICY_FILE',
    null,
    'JSON file with a policy instead of the default one',
    resolve,
  ),
  ipLists: variable(
    'GATEHOUSE_IP_LISTS',
    null,
    'network lists, comma-separated kind:format:path; kinds hosting, vpn, tor, relay, residential_proxy, mobile, blocklist; formats cidr, asn, tor_csv, mmdb',
    text,
  ),
  mmdbCity: variable(
    'GATEHOUSE_MMDB_CITY',
    null,
    'MMDB file with places, instead of the built-in ones',
    resolve,
  ),
  mmdbAsn: variable(
    'GATEHOUSE_MMDB_ASN',
    null,
    'MMDB file with AS numbers, instead of the built-in ones',
    resolve,
  ),
  mmdbAnonymous: variable('GATEHOUSE_MMDB_ANONYMOUS', null, 'MMDB file of the Anonymous IP format', resolve),
  ipListReload_s: variable(
    'GATEHOUSE_IP_LISTS_RELOAD_S',
    '3600',
    'seconds between readings of the network lists; 0 reads them once',
    integer(0, 604_800),
  ),
  serverLocation: variable(
    'GATEHOUSE_SERVER_LOCATION',
    null,
    'latitude,longitude of the auth server, to judge round-trip times',
    coordinates,
  ),
  durability: variable(
    'GATEHOUSE_DURABILITY',
    'process',
    'process: an acknowledged decision survives kill -9; power: also the loss of power (slower)',
    oneOf(['process', 'power']),
  ),
  commitWait_ms: variable(
    'GATEHOUSE_COMMIT_WAIT_MS',
    '1000',
    'how long a reply waits for the log before it says recorded: false',
    integer(1, 60_000),
  ),
  logRetention_h: variable(
    'GATEHOUSE_LOG_RETENTION_HOURS',
    '72',
    'hours that decisions stay in the log after they reached analytics (at least 50: reports come a day late)',
    integer(50, 8_760),
  ),
  retention_days: variable(
    'GATEHOUSE_RETENTION_DAYS',
    '400',
    'days that decisions stay in analytics',
    integer(1, 3_650),
  ),
  quota_rps: variable(
    'GATEHOUSE_QUOTA_RPS',
    null,
    'requests a second for a key that names no quota',
    number(0.1, 1e6),
  ),
  issuer: variable('GATEHOUSE_ISSUER', 'gatehouse', 'iss of decision tokens', text),
  tokenKey_days: variable(
    'GATEHOUSE_TOKEN_KEY_DAYS',
    '30',
    'days that a signing key of decision tokens is used',
    integer(1, 365),
  ),
  publicOrigins: variable(
    'GATEHOUSE_PUBLIC_ORIGINS',
    null,
    'comma-separated origins under which browsers reach the dashboards besides localhost, like https://gatehouse.example.org',
    origins,
  ),
  logLevel: variable(
    'GATEHOUSE_LOG_LEVEL',
    'info',
    'fatal, error, warn, info, debug or silent',
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
  ),
} as const;

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly role: 'all' | 'api' | 'worker';
  readonly redisUrl: string | null;
  readonly redisCluster: boolean;
  readonly redisPrefix: string;
  readonly redisAccepted: readonly ('eviction' | 'no_aof')[];
  readonly budget_ms: number;
  readonly clickhouseUrl: string | null;
  readonly clickhouseUser: string | null;
  readonly clickhousePassword: string | null;
  readonly clickhouseDatabase: string | null;
  readonly clickhouseCaFile: string | null;
  readonly clickhouseCluster: string | null;
  readonly bootstrapApiKey: string | null;
  readonly mode: 'enforce' | 'monitor' | null;
  readonly policyFile: string | null;
  readonly ipLists: string | null;
  readonly mmdbCity: string | null;
  readonly mmdbAsn: string | null;
  readonly mmdbAnonymous: string | null;
  readonly ipListReload_s: number;
  readonly serverLocation: { readonly latitude: number; readonly longitude: number } | null;
  readonly durability: 'process' | 'power';
  readonly commitWait_ms: number;
  readonly logRetention_h: number;
  readonly retention_days: number;
  readonly quota_rps: number | null;
  readonly issuer: string;
  readonly tokenKey_days: number;
  readonly publicOrigins: readonly string[];
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}

/**
 * The environment as a frozen configuration. Empty variables count as not set.
 *
 * @throws ConfigError (code `config`): one sentence that names the variable.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const read = <T>(v: Variable<T>): T | null => {
    const given = env[v.name];
    const value = given === undefined || given === '' ? v.fallback : given;
    if (value === null) return null;
    try {
      return v.parse(value);
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(`${v.name} ${error.message}.`);
      throw error;
    }
  };
  const required = <T>(v: Variable<T>): T => {
    const value = read(v);
    if (value === null) throw new ConfigError(`${v.name} must be set.`);
    return value;
  };
  const V = VARIABLES;
  const config: Config = {
    port: required(V.port),
    host: required(V.host),
    dataDir: required(V.dataDir),
    role: required(V.role),
    redisUrl: read(V.redisUrl),
    redisCluster: required(V.redisCluster) === 'on',
    redisPrefix: required(V.redisPrefix),
    redisAccepted: read(V.redisAccepted) ?? [],
    budget_ms: required(V.budget_ms),
    clickhouseUrl: read(V.clickhouseUrl),
    clickhouseUser: read(V.clickhouseUser),
    clickhousePassword: read(V.clickhousePassword),
    clickhouseDatabase: read(V.clickhouseDatabase),
    clickhouseCaFile: read(V.clickhouseCaFile),
    clickhouseCluster: read(V.clickhouseCluster),
    bootstrapApiKey: read(V.bootstrapApiKey),
    mode: read(V.mode),
    policyFile: read(V.policyFile),
    ipLists: read(V.ipLists),
    mmdbCity: read(V.mmdbCity),
    mmdbAsn: read(V.mmdbAsn),
    mmdbAnonymous: read(V.mmdbAnonymous),
    ipListReload_s: required(V.ipListReload_s),
    serverLocation: read(V.serverLocation),
    durability: required(V.durability),
    commitWait_ms: required(V.commitWait_ms),
    logRetention_h: required(V.logRetention_h),
    retention_days: required(V.retention_days),
    quota_rps: read(V.quota_rps),
    issuer: required(V.issuer),
    tokenKey_days: required(V.tokenKey_days),
    publicOrigins: read(V.publicOrigins) ?? [],
    logLevel: required(V.logLevel),
  };
  refuseContradictions(config);
  return Object.freeze(config);
}

function refuseContradictions(config: Config): void {
  if (config.role !== 'all' && config.redisUrl === null) {
    throw new ConfigError(
      `GATEHOUSE_ROLE=${config.role} needs REDIS_URL: processes that share the work must share the state.`,
    );
  }
  if (config.redisUrl !== null && config.clickhouseUrl === null) {
    throw new ConfigError(
      'REDIS_URL needs CLICKHOUSE_URL: the built-in analytics belong to one process and its data directory.',
    );
  }
  if (config.clickhouseUrl !== null && config.redisUrl === null) {
    throw new ConfigError(
      'CLICKHOUSE_URL needs REDIS_URL: the embedded log is carried over by the built-in analytics only.',
    );
  }
  if (config.redisCluster && config.redisUrl === null) {
    throw new ConfigError('REDIS_CLUSTER=on needs REDIS_URL with the address of at least one node.');
  }
  if (!config.redisCluster && config.redisUrl?.includes(',') === true) {
    throw new ConfigError('REDIS_URL names several servers, which needs REDIS_CLUSTER=on.');
  }
  if (config.redisUrl !== null && config.durability === 'power') {
    throw new ConfigError(
      'GATEHOUSE_DURABILITY=power speaks of the embedded log: with REDIS_URL set “appendfsync always” in Redis instead.',
    );
  }
}

/** The lines of `serve --help` about the environment. */
export function describeVariables(): string {
  const all: readonly Variable<unknown>[] = Object.values(VARIABLES);
  const width = Math.max(...all.map((v) => v.name.length));
  return all
    .map((v) => `  ${v.name.padEnd(width)}  ${v.help}${v.fallback === null ? '' : ` (${v.fallback})`}`)
    .join('\n');
}
