import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A directory of this test alone, removed after it. */
export function tempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A directory of this test file, removed after all of its tests. */
export function tempDirOfFile(): string {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
