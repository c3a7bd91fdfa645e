import { hash32 } from '../../core/hash.ts';

/**
 * Parts of the log, and of what is written together with it. More than any Redis Cluster has primaries, so that users
 * spread evenly; few enough that a worker asks all of them in one round trip.
 */
export const SHARDS = 64;

export const shardOfLane = (lane: string): number => hash32(lane) & (SHARDS - 1);

/** A position names its shard in its lowest bits. */
export const shardOfPosition = (position: number): number => position % SHARDS;

/** How long each kind of key lives after its last write. Keys without a life here are configuration, or are emptied. */
export const LIFE_MS = {
  /** As long as a repeat of an event may come. */
  idempotency: 24 * 3_600_000,
  /** Reports come two days late at most; afterwards analytics has what was said. */
  annotations: 8 * 86_400_000,
  /** A user who was away for longer has changed devices and places: nothing of worth is forgotten. */
  profile: 400 * 86_400_000,
  /** As long as anybody may import history of a person who was erased. */
  tombstone: 5 * 365 * 86_400_000,
  /** Windows reach 24 h back, and late events another 24. */
  activity: 49 * 3_600_000,
  /** Sharing counts 30 days. */
  sharing: 31 * 86_400_000,
  /** What a tenant's logins have in common is folded anew from then on. */
  tenant: 31 * 86_400_000,
} as const;

/** Builds every key. The part in braces is Redis Cluster's hash tag: keys that share it are on one server. */
export interface Keys {
  /** Stream of one shard of the log. */
  log(shard: number): string;
  /** Positions whose effects beyond the shard are not confirmed yet. */
  open(shard: number): string;
  /** Position up to which analytics holds a shard. */
  sink(shard: number): string;
  /** A user's profile and counters, beside the log of the same lane. */
  user(subject: string): string;
  idempotency(shard: number, key: string): string;
  annotations(shard: number, decisionId: string): string;
  /** Which body an event id came with first, wherever its log entry stands. */
  claim(key: string): string;
  /** Counters of an address, a network, a device, a typed name or an attempt. */
  subject(subject: string): string;
  /** What all logins of a tenant have in common. */
  tenant(tenant: string): string;
  /** Who folds the tenants' subjects now. */
  readonly tenantsLeader: string;
  /** How far the tenants' subjects are folded. */
  readonly tenantsFolded: string;
  /** The event sink's own keys, all in one slot. */
  readonly sinkState: SinkKeys;
  readonly apiKeys: string;
  readonly apiKeysGeneration: string;
  /** Raised when every node is to read its network lists again. */
  readonly feedsGeneration: string;
  secret(name: string): string;
  quota(holder: string): string;
  signInLink(hash: string): string;
  session(hash: string): string;
  /** A tenant's saved views. */
  views(tenant: string): string;
  /** Written to learn whether it can be. */
  probe(shard: number): string;
}

export interface SinkKeys {
  /** Which worker carries a track. */
  lease(track: number): string;
  /** Up to where a track is carried. */
  place(track: number): string;
  /** Batches of a track that were begun and not acknowledged. */
  batches(track: number): string;
  /** Rows that analytics refused, and their positions in order. */
  readonly parked: string;
  readonly parkedOrder: string;
  /** Who writes to analytics alone, and who writes beside others. */
  readonly alone: string;
  readonly together: string;
  /** Workers that live, by when they are given up. */
  readonly workers: string;
  /** What each worker says of itself. */
  readonly status: string;
}

/** `prefix` keeps installations on one Redis apart: 1–32 of a–z, 0–9 and “-”. */
export function createKeys(prefix = 'gatehouse'): Keys {
  if (!/^[a-z0-9-]{1,32}$/.test(prefix)) throw new RangeError('a prefix of keys is 1–32 of a–z, 0–9 and “-”');
  const tags = Array.from({ length: SHARDS }, (_, i) => `{${prefix}:${String(i).padStart(2, '0')}}`);
  const at = (shard: number): string => {
    const tag = tags[shard];
    if (tag === undefined) throw new RangeError(`there is no shard ${shard}`);
    return tag;
  };
  const sink = `{${prefix}:sink}`;
  return {
    log: (shard) => `${at(shard)}:log`,
    open: (shard) => `${at(shard)}:open`,
    sink: (shard) => `${at(shard)}:sink`,
    user: (subject) => `${at(shardOfLane(userOf(subject)))}:u:${subject}`,
    idempotency: (shard, key) => `${at(shard)}:i:${key}`,
    annotations: (shard, decisionId) => `${at(shard)}:n:${decisionId}`,
    claim: (key) => `${prefix}:i:${key}`,
    subject: (subject) => `${prefix}:s:${subject}`,
    tenant: (tenant) => `${prefix}:t:${tenant}`,
    tenantsLeader: `{${prefix}:tenants}:leader`,
    tenantsFolded: `{${prefix}:tenants}:folded`,
    sinkState: {
      lease: (track) => `${sink}:lease:${track}`,
      place: (track) => `${sink}:place:${track}`,
      batches: (track) => `${sink}:batches:${track}`,
      parked: `${sink}:parked`,
      parkedOrder: `${sink}:parked:order`,
      alone: `${sink}:alone`,
      together: `${sink}:together`,
      workers: `${sink}:workers`,
      status: `${sink}:status`,
    },
    apiKeys: `{${prefix}:keys}:all`,
    apiKeysGeneration: `{${prefix}:keys}:generation`,
    feedsGeneration: `${prefix}:feeds:generation`,
    secret: (name) => `${prefix}:secret:${name}`,
    quota: (holder) => `${prefix}:q:${holder}`,
    signInLink: (hash) => `${prefix}:l:${hash}`,
    session: (hash) => `${prefix}:w:${hash}`,
    views: (tenant) => `${prefix}:v:${tenant}`,
    probe: (shard) => `${at(shard)}:probe`,
  };
}

/** The user's key within a subject `tenant|u|key`. */
const userOf = (subject: string): string => subject.slice(subject.indexOf('|u|') + 3);
