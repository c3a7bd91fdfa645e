import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { builtProgram } from '../support/built-product.ts';
import { runCrashes } from '../support/crash-run.ts';

it('kill -9 under load, five times, loses no acknowledged decision and doubles none', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-crash-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const report = await runCrashes({
    program: await builtProgram(),
    dataDir,
    kills: 5,
    clients: 12,
    seed: 20_261_124,
    mostLoad_ms: 1_200,
  });
  expect(report.violations).toEqual([]);
  expect(report.kills).toBe(5);
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.outcomes).toBeGreaterThan(0);
  expect(report.stored.decisions).toBeGreaterThanOrEqual(report.acknowledged);
}, 360_000);
