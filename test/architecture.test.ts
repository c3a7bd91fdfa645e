import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Which rooms a room may import from, besides itself. `core` alone knows nobody. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/ports': ['src/core'],
  'src/contracts': ['src/core'],
  'src/analytics': ['src/core', 'src/contracts', 'src/ports'],
  'src/app': ['src/core', 'src/ports', 'src/contracts', 'src/analytics'],
  'src/adapters': ['src/core', 'src/ports', 'src/contracts', 'src/analytics', 'workers'],
  'src/http': ['src/core', 'src/app', 'src/contracts', 'src/ports'],
  workers: ['src/core', 'src/app', 'src/ports', 'src/contracts'],
};

/** What the pure core must be handed instead of taking it. */
const IMPURE = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\bprocess\./,
  /\bconsole\./,
  /\bperformance\./,
  /\bfetch\(/,
  /\bsetTimeout\(/,
];

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.tsx'))
    .map((name) => join(folder, name));
}

function imports(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? '');
}

const roomOf = (file: string): string | undefined =>
  Object.keys(MAY_IMPORT).find((room) => file.startsWith(`${room}/`));

describe('architecture', () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${room} imports only from ${['itself', ...allowed].join(', ')}`, () => {
      const wrong: string[] = [];
      for (const file of sources(room)) {
        for (const specifier of imports(file)) {
          if (!specifier.startsWith('.')) continue;
          const target = relative(root, resolve(root, dirname(file), specifier));
          const targetRoom = roomOf(target);
          if (targetRoom === room || (targetRoom !== undefined && allowed.includes(targetRoom))) continue;
          wrong.push(`${file} → ${target}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  }

  it('core imports no package and no Node module', () => {
    const wrong = sources('src/core').flatMap((file) =>
      imports(file)
        .filter((specifier) => !specifier.startsWith('.'))
        .map((specifier) => `${file} → ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('core reads no clock, no randomness, no environment', () => {
    const wrong = sources('src/core').flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return IMPURE.filter((pattern) => pattern.test(text)).map((pattern) => `${file}: ${pattern.source}`);
    });
    expect(wrong).toEqual([]);
  });

  it('app, ports, contracts and http are handed their clock and randomness', () => {
    const pattern = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b/;
    const wrong = ['src/app', 'src/ports', 'src/contracts', 'src/http', 'workers']
      .flatMap(sources)
      .filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('the environment is read in the configuration alone', () => {
    const allowed = new Set(['src/cli.ts', 'src/main.ts']);
    const wrong = sources('src')
      .filter((file) => !allowed.has(file) && !file.startsWith('src/cli/'))
      .filter((file) => /\bprocess\.env\b/.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('the dashboards take types, and nothing else, from the contracts', () => {
    const wrong = sources('dashboards/src').flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/^import\s+(type\s+)?[^;]*?from\s*['"]([^'"]+)['"]/gm)]
        .filter(
          (match) => (match[2] ?? '').includes('/src/contracts/') || (match[2] ?? '').startsWith('../../..'),
        )
        .filter((match) => match[1] === undefined)
        .map((match) => `${file} → ${match[2]}`);
    });
    expect(wrong).toEqual([]);
  });
});
