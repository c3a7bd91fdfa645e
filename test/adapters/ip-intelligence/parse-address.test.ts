import { describe, expect, it } from 'vitest';
import { parseAddress, parseNetwork } from '../../../src/adapters/ip-intelligence/parse-address.ts';

describe('an address of an end user', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['192.175.48.1', 'public'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'cgnat'],
    ['100.127.255.255', 'cgnat'],
    ['100.128.0.1', 'public'],
    ['127.0.0.1', 'loopback'],
    ['169.254.10.10', 'link_local'],
    ['0.0.0.0', 'reserved'],
    ['192.0.0.8', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2a01:4f8::1', 'public'],
    ['::1', 'loopback'],
    ['::', 'reserved'],
    ['fe80::1', 'link_local'],
    ['fc00::1', 'unique_local'],
    ['fd12:3456:789a::1', 'unique_local'],
    ['fec0::1', 'reserved'],
    ['ff02::1', 'reserved'],
    ['100::1', 'reserved'],
    ['2001:2::1', 'reserved'],
    ['2001:20::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['64:ff9b:1::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['::192.0.2.1', 'reserved'],
  ])('%s is %s', (text, kind) => {
    expect(parseAddress(text)?.kind).toBe(kind);
  });

  it.each(['192.0.2.1', '198.51.100.1', '203.0.113.7', '2001:db8::1', '3fff::1'])(
    '%s, which stands in examples for a real address, counts as public',
    (text) => {
      expect(parseAddress(text)?.kind).toBe('public');
    },
  );

  it.each([
    '',
    ' ',
    'localhost',
    '010.1.1.1',
    '8.8.8.08',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1.2.3.4\u0000',
    '1.2.3.4/24',
    '1.2.3.4:80',
    '[::1]',
    'fe80::1%eth0',
    '2001:db8::1%0',
    '::ffff:010.1.1.1',
    '1:2:3:4:5:6:7:8:9',
    ':::',
    '12345::',
    '１.2.3.4',
    '1'.repeat(60_000),
  ])('%j is refused, because two programs may read it differently or not at all', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it.each([
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['::ffff:808:808', '8.8.8.8'],
    ['0:0:0:0:0:FFFF:8.8.8.8', '8.8.8.8'],
    ['64:ff9b::8.8.8.8', '8.8.8.8'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
  ])('%s has one spelling, %s', (text, canonical) => {
    expect(parseAddress(text)?.ip).toBe(canonical);
    expect(parseAddress(canonical)?.ip).toBe(canonical);
  });

  it('a mapped private address is as private as the address in it', () => {
    expect(parseAddress('::ffff:10.1.2.3')).toMatchObject({ ip: '10.1.2.3', kind: 'private', version: 4 });
    expect(parseAddress('64:ff9b::7f00:1')).toMatchObject({ ip: '127.0.0.1', kind: 'loopback' });
  });

  it('its network is the /24 or the /48', () => {
    expect(parseAddress('203.0.113.7')?.network).toBe('203.0.113.0/24');
    expect(parseAddress('2001:db8:1:2::3')?.network).toBe('2001:db8:1::/48');
    expect(parseAddress('::ffff:203.0.113.7')?.network).toBe('203.0.113.0/24');
  });

  it('a tunnel’s address names the IPv4 address behind it, and is not public when that one is not', () => {
    expect(parseAddress('2002:808:808::1')).toMatchObject({
      kind: 'public',
      version: 6,
      through: { ip: '8.8.8.8' },
    });
    expect(parseAddress('2002:a00:1::1')).toMatchObject({ kind: 'reserved', through: { kind: 'private' } });
    // RFC 4380 §4: 192.0.2.45 inverted is 3fff:fdd2.
    expect(parseAddress('2001:0:4136:e378:8000:63bf:3fff:fdd2')).toMatchObject({
      kind: 'public',
      through: { ip: '192.0.2.45' },
    });
  });
});

describe('a network', () => {
  it.each([
    ['1.2.3.4', [0x01020304], [0x01020304]],
    ['1.2.3.4/24', [0x01020300], [0x010203ff]],
    ['0.0.0.0/0', [0], [0xffffffff]],
    ['255.255.255.255/32', [0xffffffff], [0xffffffff]],
    ['::ffff:1.2.3.0/120', [0x01020300], [0x010203ff]],
    ['2001:db8::/33', [0x20010db8, 0, 0, 0], [0x20010db8, 0x7fffffff, 0xffffffff, 0xffffffff]],
    ['2001:db8::1', [0x20010db8, 0, 0, 1], [0x20010db8, 0, 0, 1]],
  ])('%s spans what its prefix says', (text, first, last) => {
    expect(parseNetwork(text)).toMatchObject({ first, last });
  });

  it.each([
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/08',
    '1.2.3/24',
    '::/129',
    '::ffff:1.2.3.4/64',
    'x/8',
    'fe80::1%a/64',
  ])('%s is none', (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});
