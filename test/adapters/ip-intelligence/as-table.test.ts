import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compileAsTable,
  decodeAsTable,
  encodeAsTable,
} from '../../../src/adapters/ip-intelligence/as-table.ts';
import { loadAsTable } from '../../../src/adapters/ip-intelligence/load-as-table.ts';
import { parseAddress } from '../../../src/adapters/ip-intelligence/parse-address.ts';

const ipv4Csv = [
  '16777216,16777471,64500,"Example, Inc."',
  '16778240,16779263,64501,Plain Name',
  '4294967040,4294967294,64502,"""Quoted"" Ltd"',
  'not,a,line',
  '',
].join('\n');
// 2001:db8::/32, then 2001:db9::1 alone.
const ipv6Csv = [
  '42540766411282592856903984951653826560,42540766490510755371168322545197776895,64500,"Example, Inc."',
  '42540766490510755371168322545197776897,42540766490510755371168322545197776897,64503,Zürich AG',
].join('\n');

function find(table: ReturnType<typeof compileAsTable>['table'], text: string) {
  const address = parseAddress(text);
  return address === null ? null : table.find(address);
}

describe('the AS table', () => {
  const { table, columns } = compileAsTable(ipv4Csv, ipv6Csv);

  it('finds the announcing system from the first to the last address of a range, and nothing between ranges', () => {
    expect(find(table, '1.0.0.0')).toEqual({ number: 64500, name: 'Example, Inc.' });
    expect(find(table, '1.0.0.255')?.number).toBe(64500);
    expect(find(table, '1.0.1.0')).toBeNull();
    expect(find(table, '1.0.4.0')).toEqual({ number: 64501, name: 'Plain Name' });
    expect(find(table, '255.255.255.1')?.name).toBe('"Quoted" Ltd');
    expect(find(table, '0.0.0.1')).toBeNull();
    expect(find(table, '2001:db8::')?.number).toBe(64500);
    expect(find(table, '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff')?.number).toBe(64500);
    expect(find(table, '2001:db9::')).toBeNull();
    expect(find(table, '2001:db9::1')).toEqual({ number: 64503, name: 'Zürich AG' });
    expect(find(table, '2001:db9::2')).toBeNull();
    expect(table.entries).toBe(5);
  });

  it('knows a system’s name by its number', () => {
    expect(table.nameOf(64501)).toBe('Plain Name');
    expect(table.nameOf(64499)).toBeNull();
    expect(table.nameOf(64504)).toBeNull();
  });

  it('read back from its cache image it answers the same', () => {
    const image = encodeAsTable(columns, '1.0');
    for (const bytes of [image, Buffer.concat([Buffer.alloc(1), image]).subarray(1)]) {
      const copy = decodeAsTable(bytes, '1.0');
      expect(copy?.entries).toBe(table.entries);
      for (const text of ['1.0.0.0', '1.0.1.0', '1.0.4.0', '255.255.255.1', '2001:db8::', '2001:db9::1']) {
        expect(copy && find(copy, text), text).toEqual(find(table, text));
      }
    }
  });

  it('an image of another version, cut short, or with one bit turned is no table', () => {
    const image = encodeAsTable(columns, '1.0');
    expect(decodeAsTable(image, '1.1')).toBeNull();
    expect(decodeAsTable(image.subarray(0, image.length - 1), '1.0')).toBeNull();
    expect(decodeAsTable(image.subarray(0, 10), '1.0')).toBeNull();
    expect(decodeAsTable(new Uint8Array(0), '1.0')).toBeNull();
    for (const at of [0, 5, 9, 30, 80, image.length - 1]) {
      const turned = image.slice();
      turned[at] = (turned[at] ?? 0) ^ 1;
      expect(decodeAsTable(turned, '1.0'), `byte ${at}`).toBeNull();
    }
  });
});

describe('loading the package’s table', () => {
  let folder = '';
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warn: (_fields: unknown, text?: string) => void warnings.push(text ?? ''),
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-as-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('compiles once, then reads the cache, and a damaged cache is compiled anew', async () => {
    const cacheDir = join(folder, 'cache');
    const first = await loadAsTable({ cacheDirs: [cacheDir], log });
    expect(first.from).toBe('compiled');
    expect(first.table.entries).toBeGreaterThan(400_000);
    expect(first.day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(await readdir(cacheDir)).toEqual(['as-table.bin']);

    const second = await loadAsTable({ cacheDirs: [cacheDir], log });
    expect(second.from).toBe('cache');
    for (const text of ['8.8.8.8', '2001:4860:4860::8888']) {
      expect(find(second.table, text)).toEqual(find(first.table, text));
      expect(find(second.table, text)?.number).toBe(15169);
    }

    const image = await readFile(join(cacheDir, 'as-table.bin'));
    await writeFile(join(cacheDir, 'as-table.bin'), image.subarray(0, 1_000));
    expect((await loadAsTable({ cacheDirs: [cacheDir], log })).from).toBe('compiled');
    expect((await loadAsTable({ cacheDirs: [cacheDir], log })).from).toBe('cache');
    expect(warnings).toEqual([]);
  });

  it('a cache that can be neither read nor written costs a warning, not the table', async () => {
    const cacheDir = join(folder, 'blocked');
    await mkdir(join(cacheDir, 'as-table.bin'), { recursive: true });
    const loaded = await loadAsTable({ cacheDirs: [cacheDir], log });
    expect(loaded.from).toBe('compiled');
    expect(find(loaded.table, '8.8.8.8')?.number).toBe(15169);
    expect(warnings).toHaveLength(2);
    expect(await readdir(cacheDir)).toEqual(['as-table.bin']);
  });

  it('where the first directory takes no file the second keeps the table, and nobody is warned', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const cacheDirs = [join(file, 'below'), join(folder, 'second')];
    const before = warnings.length;
    expect((await loadAsTable({ cacheDirs: cacheDirs.slice(1), log })).from).toBe('compiled');
    await rm(join(folder, 'second'), { recursive: true });
    expect((await loadAsTable({ cacheDirs, log })).from).toBe('compiled');
    expect(await readdir(join(folder, 'second'))).toEqual(['as-table.bin']);
    expect(warnings.slice(before)).toEqual([]);
  });
});
