import { describe, expect, test } from 'vitest';
import { isAddress, matchAt, readingsOf } from '../../dashboards/src/lib/find.ts';

const kinds = (typed: string) => readingsOf(typed).map(({ kind }) => kind);

describe('what typed text may mean', () => {
  test.each([
    ['dec_019ab-x', ['decision']],
    ['203.0.113.7', ['address', 'user']],
    ['2001:db8::1', ['address', 'user']],
    ['::ffff:203.0.113.7', ['address', 'user']],
    ['AS64496', ['network', 'user']],
    ['as 64496', ['network', 'user']],
    ['location.new_country', ['reason', 'user']],
    ['alice', ['user']],
    ['203.0.113', ['user']],
    ['AS4294967296', ['user']],
    ['   ', []],
    ['x'.repeat(257), []],
  ])('%s', (typed, expected) => {
    expect(kinds(typed)).toEqual(expected);
  });

  test('an id is taken without the spaces around it, and as it stands', () => {
    expect(readingsOf('  u 42 ')).toEqual([
      { kind: 'user', id: 'u 42' },
      { kind: 'user', id: '  u 42 ' },
    ]);
  });

  test('addresses have four bytes of at most 255', () => {
    expect(isAddress('255.255.255.255')).toBe(true);
    for (const wrong of ['256.1.1.1', '1.1.1.1.', '1.1.1', '1:2']) expect(isAddress(wrong)).toBe(false);
  });
});

describe('finding a command', () => {
  test('every typed word must begin a word', () => {
    expect(matchAt('Show times in UTC', 'utc sh')).toBeGreaterThanOrEqual(0);
    expect(matchAt('Show times in UTC', 'tc')).toBe(-1);
    expect(matchAt('Overview', '')).toBe(0);
  });
});
