import { describe, expect, it } from 'vitest';
import {
  type ParsedNetwork,
  parseAddress,
  parseNetwork,
} from '../../../src/adapters/ip-intelligence/parse-address.ts';
import { compileRanges } from '../../../src/adapters/ip-intelligence/range-set.ts';

function networks(...texts: string[]): ParsedNetwork[] {
  return texts.flatMap((text) => parseNetwork(text) ?? []);
}

function holds(set: ReturnType<typeof compileRanges>, text: string): boolean {
  const address = parseAddress(text);
  return address !== null && set.has(address);
}

describe('a set of ranges', () => {
  it('holds the first and last address of each network and not their neighbours', () => {
    const set = compileRanges(networks('10.0.2.0/24', '2001:db8:1::/48', '192.0.2.7'));
    for (const inside of [
      '10.0.2.0',
      '10.0.2.255',
      '192.0.2.7',
      '2001:db8:1::',
      '2001:db8:1:ffff:ffff:ffff:ffff:ffff',
    ]) {
      expect(holds(set, inside), inside).toBe(true);
    }
    for (const outside of [
      '10.0.1.255',
      '10.0.3.0',
      '192.0.2.6',
      '192.0.2.8',
      '2001:db8::',
      '2001:db8:2::',
      '::1',
    ]) {
      expect(holds(set, outside), outside).toBe(false);
    }
  });

  it('networks that nest, repeat or come in any order lose nothing', () => {
    const set = compileRanges(
      networks('10.1.0.0/16', '10.0.0.0/8', '10.1.2.0/24', '10.0.0.0/8', '9.0.0.0/16'),
    );
    expect(set.ranges).toBe(2);
    for (const inside of ['10.0.0.0', '10.1.2.3', '10.1.3.0', '10.255.255.255', '9.0.1.1']) {
      expect(holds(set, inside), inside).toBe(true);
    }
  });

  it('an IPv4 network never holds an IPv6 address and the reverse', () => {
    const four = compileRanges(networks('0.0.0.0/0'));
    expect(holds(four, '2001:db8::1')).toBe(false);
    const six = compileRanges(networks('::/0'));
    expect(holds(six, '8.8.8.8')).toBe(false);
    expect(holds(six, '2001:db8::1')).toBe(true);
  });

  it('an empty set holds nothing', () => {
    expect(holds(compileRanges([]), '8.8.8.8')).toBe(false);
  });

  it('agrees with a search through every network on 2,000 addresses', () => {
    // A fixed linear congruential sequence (Numerical Recipes), so that a failure comes again.
    let state = 20_260_617;
    const next = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const list = networks(
      ...Array.from(
        { length: 300 },
        () => `${1 + next(4)}.${next(256)}.${next(256)}.${next(256)}/${12 + next(21)}`,
      ),
    );
    const set = compileRanges(list);
    for (let round = 0; round < 2_000; round += 1) {
      const text = `${1 + next(4)}.${next(256)}.${next(256)}.${next(256)}`;
      const word = parseAddress(text)?.words[0] ?? -1;
      const expected = list.some(({ first, last }) => (first[0] ?? 0) <= word && word <= (last[0] ?? 0));
      expect(holds(set, text), text).toBe(expected);
    }
  });
});
