import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csvCell, csvText, visibleJson } from '../../src/app/csv-cell.ts';

it('lets no text begin as a formula, with or without white space before it', () => {
  const formulas = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u00a0=1',
    '\uff1d1',
    '\ufeff=1',
  ];
  for (const text of formulas) expect(csvText(text).replace(/^"/, ''), JSON.stringify(text)).toMatch(/^'/);
  for (const text of ['', 'a=1', 'ada@example.org', '203.0.113.7', "O'Hara"])
    expect(csvText(text)).toBe(text);
});

it('writes numbers and truth as they are: only texts are written by strangers', () => {
  expect(csvCell(-36.8)).toBe('-36.8');
  expect(csvCell(false)).toBe('false');
  expect(csvCell(null)).toBe('');
  expect(csvCell(['a.b', 'c.d'])).toBe('a.b c.d');
});

it('shows what is invisible and keeps cells apart', () => {
  const cells = ['a,b', 'say "hi"', 'one\ntwo', 'x\u202egnp.exe', 'zero\u200bwidth', 'semi;colon', '\u0000'];
  const [row] = parse(cells.map(csvText).join(','), { relax_column_count: true }) as string[][];
  expect(row).toEqual([
    'a,b',
    'say "hi"',
    'one\\u000atwo',
    'x\\u202egnp.exe',
    'zero\\u200bwidth',
    'semi;colon',
    '\\u0000',
  ]);
});

it('hides nothing in JSON and changes no value', () => {
  const value = { user_agent: 'x\u202egnp.exe\u2028\u0007', n: 1 };
  const json = visibleJson(value);
  expect(json).not.toMatch(/[\u202e\u2028\u0007]/);
  expect(JSON.parse(json)).toEqual(value);
});
