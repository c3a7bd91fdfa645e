import { expect, onTestFinished, test } from 'vitest';
import { decisionUuid } from '../../../src/core/decision-id.ts';
import { subjects } from '../../../src/core/effects.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { openStore, testRedis } from '../../support/redis-store.ts';

const AT_MS = Date.UTC(2026, 10, 27);
const redis = testRedis('single');

test('a login asks for its user once, whether there is one or not', async () => {
  const prefix = redis.prefix();
  const { connection, decisionLog, state, close } = await openStore(redis, prefix, Date.now);
  onTestFinished(close);
  const { client } = connection;
  if (!('monitor' in client)) throw new Error('one Redis has a monitor');
  const monitor = await client.monitor();
  onTestFinished(() => monitor.disconnect());
  const asked: string[][] = [];
  monitor.on('monitor', (_time: string, words: string[], source: string) => {
    // What scripts ask for costs no round trip.
    if (source !== 'lua') asked.push(words);
  });
  const userKey = 'uk_ada';
  const login = async (): Promise<void> => {
    const position = decisionLog.nextPosition(userKey);
    const record = decisionRecord({
      position,
      id: `dec_${decisionUuid(position, new Uint8Array(8))}`,
      userId: 'ada',
      userKey,
      occurredAt_ms: AT_MS,
    });
    const { event, tenant, facts } = record;
    await state.read({
      tenant,
      userKey,
      loginKey: event.user.loginKey,
      ip: event.context.ip,
      network: facts.network,
      deviceKey: event.device?.key ?? null,
      attemptId: null,
      applicationId: event.applicationId,
      cells: [],
    });
    state.apply(record);
    await decisionLog.append(record);
    await state.flush();
  };
  for (let logins = 0; logins < 3; logins++) await login();
  await client.echo('that was all');
  await expect.poll(() => asked.some(([word]) => word?.toLowerCase() === 'echo')).toBe(true);
  const ofUser = (words: readonly string[]): boolean =>
    words.some((word) => word.endsWith(subjects.user('default', userKey)));
  expect(asked.filter(ofUser).map(([word]) => word?.toLowerCase())).toEqual(
    Array.from({ length: 3 }, () => ['mget', expect.stringMatching(/^eval/)]).flat(),
  );
});
