import { subjects } from '../../core/effects.ts';
import { known, unknown } from '../../core/known.ts';
import type { CounterView, StateQuery, StateView } from '../../ports/risk-state.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { RedisConnection } from './connect.ts';
import { FAILED, LATE, within } from './deadline.ts';
import type { Entity } from './entities.ts';
import type { EntityWriter } from './entity-writer.ts';
import type { Keys } from './keys.ts';
import type { TenantSnapshots } from './tenant-snapshots.ts';

export type ReadState = (query: StateQuery) => Promise<StateView>;

type Answer = Buffer | null | typeof LATE | typeof FAILED;

/** Reads under way at once. More means that Redis has stopped answering: what comes now need not wait to learn it. */
const MOST_READS = 4_096;

/**
 * Everything that one decision needs, in one round trip and under a deadline: what is late is unknown, part by part.
 */
export function createStateReader(options: {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly writer: EntityWriter;
  readonly tenants: TenantSnapshots;
  readonly watch: Pick<ClockWatch, 'isFarAhead'>;
  readonly readWait_ms: number;
}): ReadState {
  const { redis, keys, writer, tenants, watch, readWait_ms } = options;
  const { client, cluster } = redis;
  let underWay = 0;

  const counted = async <T>(count: number, ask: () => Promise<T>): Promise<T> => {
    underWay += count;
    try {
      return await ask();
    } finally {
      underWay -= count;
    }
  };
  /** A server alone answers all keys by one command; a cluster is asked for each, and the client batches by server. */
  const fetch = async (wanted: readonly string[]): Promise<readonly Answer[]> => {
    if (cluster) {
      return Promise.all(
        wanted.map((key) =>
          within(
            counted(1, () => client.getBuffer(key)),
            readWait_ms,
          ),
        ),
      );
    }
    const all = await within(
      counted(wanted.length, () => client.mgetBuffer(...wanted)),
      readWait_ms,
    );
    return all === LATE || all === FAILED ? wanted.map(() => all) : all;
  };

  return async (query) => {
    const { tenant, userKey, loginKey, deviceKey, attemptId } = query;
    const person = loginKey ?? userKey;
    const wanted: string[] = [];
    const want = (key: string | null): number | null => (key === null ? null : wanted.push(key) - 1);
    const subject = (name: string): string => keys.subject(name);
    const user = want(userKey === null ? null : keys.user(subjects.user(tenant, userKey)));
    const login = want(loginKey === null ? null : subject(subjects.login(tenant, loginKey)));
    const address = want(subject(subjects.address(tenant, query.ip)));
    const network = want(subject(subjects.network(tenant, query.network)));
    const device = want(deviceKey === null ? null : subject(subjects.device(tenant, deviceKey)));
    const userAt = want(person === null ? null : subject(subjects.userAt(tenant, person, query.ip)));
    const userOn = want(
      person === null || deviceKey === null ? null : subject(subjects.userOn(tenant, person, deviceKey)),
    );
    const attempt = want(attemptId === null ? null : subject(subjects.attempt(tenant, attemptId)));

    // To a clock that is years ahead everybody's habits and failures are long ago.
    if (watch.isFarAhead()) return missing('unavailable');
    if (underWay + wanted.length > MOST_READS) return missing('unavailable');
    const found = await fetch(wanted);

    let why: 'timeout' | 'unavailable' | null = null;
    const entities = found.map((bytes, i) => {
      if (bytes === LATE || bytes === FAILED) {
        if (i !== user) why = bytes === LATE ? 'timeout' : 'unavailable';
        return undefined;
      }
      return writer.read(wanted[i] ?? '', bytes, i === user);
    });
    const entity = (i: number | null): Entity | undefined => (i === null ? undefined : entities[i]);
    const shared = tenants.of(tenant);
    const counters: CounterView = {
      user: entity(user)?.activity,
      login: entity(login)?.activity,
      address: entity(address)?.activity,
      network: entity(network)?.activity,
      device: entity(device)?.activity,
      userAtAddress: entity(userAt)?.activity,
      userOnDevice: entity(userOn)?.activity,
      addressSharing: entity(address)?.sharing,
      networkSharing: entity(network)?.sharing,
      deviceSharing: entity(device)?.sharing,
      deviceSeen: entity(device)?.seen,
      tenantSharing: shared.sharing,
      application: shared.applications.get(subjects.application(tenant, query.applicationId)),
      population: shared.population,
      attempt: entity(attempt)?.attempt?.state,
      cells: query.cells.map((cell) => shared.cells.get(cell)),
    };
    const userAnswer = user === null ? null : found[user];
    const userWhy = userAnswer === LATE ? 'timeout' : userAnswer === FAILED ? 'unavailable' : null;
    return {
      profile: userWhy === null ? known(entity(user)?.user?.profile ?? null) : unknown(userWhy),
      erasedAt_ms: entity(user)?.user?.erasedAt_ms ?? null,
      counters: why === null && userWhy === null ? known(counters) : unknown(why ?? userWhy ?? 'timeout'),
    };
  };
}

const missing = (why: 'unavailable'): StateView => ({
  profile: unknown(why),
  counters: unknown(why),
  erasedAt_ms: null,
});
