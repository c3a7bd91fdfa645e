import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/adapters/ip-intelligence/parse-address.ts';
import {
  type NetworkList,
  parseNetworkList,
} from '../../../src/adapters/ip-intelligence/parse-network-list.ts';

function holds(list: NetworkList, text: string): boolean {
  const address = parseAddress(text);
  return address !== null && list.ranges.has(address);
}

describe('a list of networks', () => {
  it('comments, blank lines, single addresses, counts and line ends of any system are understood', async () => {
    const list = await parseNetworkList(
      '\uFEFF# feed\r\n; other comment\r\n\r\n192.0.2.1\t7\r\n198.51.100.0/24 # office\n  203.0.113.9,abuse\r2001:db8::/32\n192.0.2.2#x',
      'cidr',
    );
    expect(list).toMatchObject({ entries: 5, skipped: 0 });
    for (const text of ['192.0.2.1', '192.0.2.2', '198.51.100.200', '203.0.113.9', '2001:db8:5::1']) {
      expect(holds(list, text), text).toBe(true);
    }
    expect(holds(list, '192.0.2.3')).toBe(false);
  });

  it('a bad line is counted and skipped, and the others hold', async () => {
    const list = await parseNetworkList('192.0.2.1\nnonsense\n192.0.2.2\n010.0.0.1\n192.0.2.3', 'cidr');
    expect(list).toMatchObject({ entries: 3, skipped: 2 });
    expect(holds(list, '192.0.2.3')).toBe(true);
    expect(holds(list, '8.0.0.1')).toBe(false);
  });

  it.each(['0.0.0.0/0', '8.0.0.0/7', '::/0', '2000::/15'])(
    '%s is a bad line: one entry of a broken feed must not make everybody suspicious',
    async (text) => {
      const list = await parseNetworkList(`192.0.2.1\n${text}`, 'cidr');
      expect(list).toMatchObject({ entries: 1, skipped: 1 });
      expect(holds(list, '8.8.8.8')).toBe(false);
      expect(holds(list, '2a01::1')).toBe(false);
    },
  );

  it('a file of which more than half is bad is refused as a whole', async () => {
    await expect(parseNetworkList('<html>\n<body>\n192.0.2.1', 'cidr')).rejects.toThrow('2 of its 3 lines');
    await expect(parseNetworkList('192.0.2.1\nx', 'cidr')).resolves.toMatchObject({ entries: 1 });
  });

  it('an empty file is a failed download and refused; comments alone are an empty list', async () => {
    await expect(parseNetworkList(' \n\n', 'cidr')).rejects.toThrow('empty');
    await expect(parseNetworkList('# nothing today\n', 'cidr')).resolves.toMatchObject({
      entries: 0,
      skipped: 0,
    });
  });

  it('more lines than are parsed in one turn are all there', async () => {
    const lines = Array.from({ length: 2_500 }, (_, index) => `10.${index >> 8}.${index & 255}.1`);
    const list = await parseNetworkList(lines.join('\n'), 'cidr');
    expect(list).toMatchObject({ entries: 2_500, skipped: 0 });
    expect(holds(list, '10.9.195.1')).toBe(true);
  });
});

describe('a list of AS numbers', () => {
  it('numbers with or without AS and a comment are understood; others are counted', async () => {
    const list = await parseNetworkList('AS64500 # Example\n64501\nas64502\nAS0\nAS4294967296\n', 'asn');
    expect([...list.systems]).toEqual([64500, 64501, 64502]);
    expect(list).toMatchObject({ entries: 3, skipped: 2 });
  });

  it('a list of networks in its place is refused', async () => {
    await expect(parseNetworkList('192.0.2.0/24\n198.51.100.0/24', 'asn')).rejects.toThrow('AS numbers');
  });
});

describe('a Tor CSV', () => {
  it('reads the column named ipaddr wherever it stands, with blanks, IPv4 and IPv6', async () => {
    const list = await parseNetworkList(
      'fingerprint, ipaddr, port\n0008D964, 192.0.2.141, 444\n000F3EB7, 2001:db8:6003::141, 81\nBAD, 1.2.3, 9\n',
      'tor_csv',
    );
    expect(list).toMatchObject({ entries: 2, skipped: 1 });
    expect(holds(list, '192.0.2.141')).toBe(true);
    expect(holds(list, '2001:db8:6003::141')).toBe(true);
    const other = await parseNetworkList('ipaddr,port\n192.0.2.1,1\n', 'tor_csv');
    expect(holds(other, '192.0.2.1')).toBe(true);
  });

  it('without that column it is refused', async () => {
    await expect(parseNetworkList('fingerprint, port\nAA, 1\n', 'tor_csv')).rejects.toThrow('ipaddr');
  });
});
