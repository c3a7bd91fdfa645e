import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createDecisionLog } from '../../../src/adapters/embedded/decision-log.ts';
import { createLogReader } from '../../../src/adapters/embedded/log-reader.ts';
import { decisionLogContract } from '../../contracts/decision-log.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { tempDir } from '../../support/temp-dir.ts';

const silent = pino({ level: 'silent' });
const NOW_MS = 1_790_000_000_000;
const clock = (): number => NOW_MS;

for (const durability of ['process', 'power'] as const) {
  decisionLogContract(`LMDB, durable against loss of ${durability}`, () => {
    const path = join(tempDir(), 'log');
    return { open: (at) => createDecisionLog({ path, durability, clock: at, log: silent }) };
  });
}

const child = (script: string, args: readonly string[], ulimit_blocks?: number) => {
  const file = fileURLToPath(new URL(`../../support/${script}`, import.meta.url));
  const command = [process.execPath, '--import', 'tsx', file, ...args].map((word) => `'${word}'`).join(' ');
  const limit = ulimit_blocks === undefined ? '' : `ulimit -f ${ulimit_blocks}; `;
  return spawn('bash', ['-c', `${limit}exec ${command}`], { stdio: ['ignore', 'pipe', 'inherit'] });
};

test('every record acknowledged before a kill -9 under load is readable after it, in order, none twice', async () => {
  const path = join(tempDir(), 'log');
  const acknowledged: number[] = [];
  for (let round = 0; round < 3; round++) {
    const writer = child('append-under-load.ts', [path]);
    const lines = createInterface({ input: writer.stdout });
    const target = acknowledged.length + 2_000;
    lines.on('line', (line) => {
      acknowledged.push(Number(line));
      if (acknowledged.length === target) writer.kill('SIGKILL');
    });
    await once(lines, 'close');
  }
  const reader = createLogReader({ path });
  const held = (await reader.read(0, 1_000_000)).map((record) => record.position);
  await reader.close();
  expect(new Set(held).size).toBe(held.length);
  expect(held).toEqual(held.toSorted((a, b) => a - b));
  const known = new Set(held);
  expect(acknowledged.length).toBeGreaterThanOrEqual(6_000);
  expect(acknowledged.filter((position) => !known.has(position))).toEqual([]);
});

test('a full disk refuses records with log_unavailable, loses none, and takes new ones once there is room', async () => {
  const path = join(tempDir(), 'log');
  // 1,024-byte blocks: files may grow to 3 MB.
  const writer = child('append-to-full-disk.ts', [path], 3_000);
  const chunks: Buffer[] = [];
  writer.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(writer, 'exit');
  expect(code).toBe(0);
  const outcome = JSON.parse(Buffer.concat(chunks).toString());
  expect(outcome.acknowledged).toBeGreaterThan(0);
  expect(outcome.refusedCodes).toEqual(['log_unavailable']);
  expect(outcome.lost).toBe(0);
  expect(outcome.okWhileFull).toBe(false);
  expect(outcome.worksAfterTrim).toBe(true);
});

test('a reader in the same process sees each record once it is acknowledged', async () => {
  const path = join(tempDir(), 'log');
  const log = createDecisionLog({ path, durability: 'process', clock, log: silent });
  const reader = createLogReader({ path });
  for (let i = 0; i < 20; i++) {
    const position = log.nextPosition();
    await log.append(decisionRecord({ position }));
    expect(reader.head).toBe(position);
    expect(reader.count(position - 1)).toBe(1);
    expect(reader.firstAfter(position - 1)).toBe(position);
  }
  expect(reader.count(0)).toBe(20);
  await reader.close();
  await log.close();
});

test('records that wait together share a frame', async () => {
  const path = join(tempDir(), 'log');
  let commits = 0;
  const log = createDecisionLog({
    path,
    durability: 'process',
    clock,
    log: silent,
    onCommit: () => {
      commits++;
    },
  });
  await Promise.all(
    Array.from({ length: 500 }, () =>
      log.append(decisionRecord({ position: log.nextPosition(), signals: 2 })),
    ),
  );
  expect(commits).toBe(2);
  await log.close();
});

test('a log of a newer format is refused with one clear sentence', async () => {
  const path = join(tempDir(), 'log');
  const log = createDecisionLog({ path, durability: 'process', clock, log: silent });
  await log.close();
  const root = open({ path, maxDbs: 2, eventTurnBatching: false });
  await root.openDB<number, string>({ name: 'meta', encoding: 'json' }).put('format', 99);
  await root.close();
  expect(() => createDecisionLog({ path, durability: 'process', clock, log: silent })).toThrow(
    /newer version of Gatehouse \(log format 99/,
  );
});

test('a damaged frame is reported with its position and code log_unreadable', async () => {
  const path = join(tempDir(), 'log');
  const log = createDecisionLog({ path, durability: 'process', clock, log: silent });
  const position = log.nextPosition();
  await log.append(decisionRecord({ position }));
  await log.close();
  const root = open({ path, maxDbs: 2, encoding: 'binary', eventTurnBatching: false });
  const frames = root.openDB<Buffer, number>({ name: 'frames', encoding: 'binary' });
  const bytes = Buffer.from(frames.get(position) ?? Buffer.alloc(0));
  await frames.put(position, bytes.subarray(0, bytes.length - 40));
  await root.close();
  const reader = createLogReader({ path });
  await expect(reader.read(0, 10)).rejects.toMatchObject({
    code: 'log_unreadable',
    message: expect.stringContaining(String(position)),
  });
  await reader.close();
});
