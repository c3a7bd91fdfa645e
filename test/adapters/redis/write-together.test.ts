import { expect, onTestFinished, test } from 'vitest';
import { connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts';
import { startRedis } from '../../support/redis-server.ts';
import { silent } from '../../support/redis-store.ts';

const WITHIN_MS = 20_000;

test('commands of one turn are held back together and answered in order, after a lost connection too', async () => {
  const server = await startRedis();
  onTestFinished(() => server.dispose());
  const { client, close } = connectRedis({ config: { url: server.url, cluster: false }, log: silent });
  onTestFinished(close);
  await untilReady(client, WITHIN_MS);
  /** Whether the socket holds back what is written to it. */
  const isHolding = (): boolean => 'stream' in client && client.stream.writableCorked > 0;
  const writeMany = async (): Promise<void> => {
    await expect.poll(isHolding, { interval: 1 }).toBe(false);
    const answers = Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        await client.set(`k${i}`, Buffer.from(`v${i}`));
        return client.get(`k${i}`);
      }),
    );
    expect(isHolding()).toBe(true);
    expect(await answers).toEqual(Array.from({ length: 300 }, (_, i) => `v${i}`));
    await expect.poll(isHolding, { interval: 1 }).toBe(false);
  };
  await writeMany();
  const lost = new Promise((resolve) => client.once('close', resolve));
  client.disconnect(true);
  await lost;
  await untilReady(client, WITHIN_MS);
  await writeMany();
});
