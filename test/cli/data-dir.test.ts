import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { openEngine } from '../../src/main.ts';
import { cli } from '../support/cli.ts';
import { parseAnswers } from '../support/replay.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const login = (day: number): string =>
  JSON.stringify({
    event_id: `e${day}`,
    occurred_at: new Date(Date.UTC(2026, 9, day, 9)).toISOString(),
    user: { id: 'ada' },
    context: { ip: '203.0.113.7' },
    device: { id: 'a-cookie-of-enough-random-bits', presented: true },
  });

describe('gatehouse replay --data-dir', () => {
  it('begins from the state of the directory, and what it decided is in its log and in analytics', async () => {
    const [input, output, dataDir] = ['in', 'out', 'data'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    const run = async (...days: number[]) => {
      await writeFile(input, days.map((day) => `${login(day)}\n`).join(''));
      const { code, stderr } = await cli(['replay', '-i', input, '-o', output, '--data-dir', dataDir], {
        now: Date.now,
      });
      expect(stderr).toContain(`Decided ${days.length} event`);
      expect(code).toBe(0);
      return parseAnswers(await readFile(output, 'utf8'));
    };
    const first = await run(1, 2, 3, 4, 5);
    const later = await run(6);
    const known = later[0]?.signals.find(({ id }) => id === 'device.known');
    expect(first[0]?.signals.find(({ id }) => id === 'device.known')?.state).not.toBe('evidence');
    expect(known?.state).toBe('evidence');

    const config = parseConfig({ GATEHOUSE_DATA_DIR: dataDir, GATEHOUSE_LOG_LEVEL: 'silent' });
    const engine = await openEngine({ config });
    try {
      const page = await engine.analytics.search('default', {}, 10, null);
      expect(page.data.map(({ decision }) => decision.id)).toEqual(
        [...first, ...later].map(({ id }) => id).reverse(),
      );
      expect(page.data.every(({ decision }) => decision.source === 'replay')).toBe(true);
    } finally {
      await engine.close();
    }
  });
});

describe('gatehouse demo', () => {
  it('refuses a data directory that is not empty', async () => {
    await writeFile(join(directory, 'something'), '');
    const run = await cli(['demo', '--data-dir', directory]);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') });
  });
});
