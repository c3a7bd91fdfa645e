import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createIpIntelligence,
  type IpIntelligenceConfig,
  type LoadedIpIntelligence,
} from '../../../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import type { ListFormat, ListKind, ListSource } from '../../../src/adapters/ip-intelligence/list-source.ts';
import { withOverrides } from '../../../src/adapters/ip-intelligence/with-overrides.ts';

let folder = '';
let warnings: string[] = [];
const log = {
  info: () => undefined,
  warn: (fields: unknown, text?: string) => void warnings.push(`${text}: ${JSON.stringify(fields)}`),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-ip-'));
});
beforeEach(() => {
  warnings = [];
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const bare: IpIntelligenceConfig = {
  lists: [],
  mmdb: {},
  cacheEntries: 100,
  builtinHosting: false,
  builtinPlaces: false,
  builtinAs: false,
  cacheDirs: [],
};

function create(config: Partial<IpIntelligenceConfig>): Promise<LoadedIpIntelligence> {
  return createIpIntelligence({ config: { ...bare, ...config }, log });
}

async function list(
  name: string,
  kind: ListKind,
  text: string,
  format: ListFormat = 'cidr',
): Promise<ListSource> {
  const path = join(folder, `${name}.txt`);
  await writeFile(path, text);
  return { name, kind, format, path };
}

describe('the built-in tables', () => {
  let ip: LoadedIpIntelligence;
  beforeAll(async () => {
    ip = await create({ builtinHosting: true, builtinPlaces: true, builtinAs: true });
  });
  afterAll(() => ip.close());

  it('a public address has a country, an accuracy, and the system that announces it', () => {
    const facts = ip.describe('81.2.69.142');
    expect(facts).toMatchObject({ kind: 'public', version: 4, network: '81.2.69.0/24' });
    expect(facts.place).toMatchObject({ known: true, value: { country: 'GB' } });
    expect(facts.place.known && (facts.place.value.accuracy_km ?? 0)).toBeGreaterThan(0);
    expect(facts.as).toMatchObject({ known: true, value: { number: 20712 } });
    expect(facts.hosting).toBe(false);
  });

  it('an IPv6 address is placed by its own network, however its zeros are written', () => {
    const facts = ip.describe('2a00:1450:4001::200e');
    expect(facts).toMatchObject({ version: 6, network: '2a00:1450:4001::/48' });
    expect(facts.place).toEqual(ip.describe('2a00:1450:4001:0:0:0:0:200e').place);
    expect(facts.place.known).toBe(true);
  });

  it.each(['10.0.0.1', '100.64.1.1', '127.0.0.1', '169.254.1.1', '::1', 'fd00::1', 'fe80::1', '240.0.0.1'])(
    '%s has no place and no owner, and says that it is not public',
    (text) => {
      expect(ip.describe(text)).toMatchObject({
        place: { known: false, why: 'not_public' },
        as: { known: false, why: 'not_public' },
        hosting: false,
        vpn: false,
        tor: false,
        relay: false,
        residentialProxy: false,
        mobile: false,
        blocklists: [],
      });
    },
  );

  it('an address for examples is public and nowhere', () => {
    for (const text of ['203.0.113.7', '198.51.100.1', '2001:db8::1']) {
      expect(ip.describe(text)).toMatchObject({
        kind: 'public',
        place: { known: false, why: 'unavailable' },
        as: { known: false, why: 'unavailable' },
      });
    }
  });

  it('a tunnel’s address has the place and owner of the IPv4 address behind it', () => {
    const through = ip.describe('2002:5102:458e::1');
    const direct = ip.describe('81.2.69.142');
    expect(through.place).toEqual(direct.place);
    expect(through.as).toEqual(direct.as);
    expect(through.network).toBe('2002:5102:458e::/48');
  });

  it('well-known hosting and mobile systems are told without any file; networks that carry relays are not hosting', () => {
    expect(ip.describe('3.5.140.1')).toMatchObject({ hosting: true, mobile: false });
    expect(ip.describe('2a01:4f8::1').hosting).toBe(true);
    expect(ip.describe('172.58.0.1')).toMatchObject({ hosting: false, mobile: true });
    expect(ip.describe('104.28.28.1')).toMatchObject({ hosting: false, relay: false, vpn: false });
  });

  it('text that is no address gives facts that know nothing, not an exception', () => {
    for (const text of ['', 'nonsense', 'fe80::1%eth0', '127.1']) {
      expect(ip.describe(text)).toMatchObject({
        kind: 'reserved',
        place: { known: false, why: 'unavailable' },
        as: { known: false, why: 'unavailable' },
      });
    }
  });

  it('status names every table with entries and version, and the version begins with the newest day', () => {
    const status = ip.status();
    expect(status.map(({ name }) => name)).toEqual([
      'places:geoip-lite',
      'as:ip-location-db',
      'networks:built-in',
    ]);
    for (const source of status) {
      expect(source).toMatchObject({ ok: true, problem: null });
      expect(source.entries).toBeGreaterThan(0);
    }
    expect(ip.version).toMatch(/^\d{4}-\d{2}-\d{2}\+[0-9a-f]{6}$/);
  });

  it('an answer is given from the cache the second time', () => {
    expect(ip.describe('81.2.69.142')).toBe(ip.describe('81.2.69.142'));
  });

  it('a data set’s own country and AS replace the tables’, and 10.x is a public address there', () => {
    const rows = new Map([
      ['10.0.65.171', { country: 'NO', region: '-', city: '-', asn: 29695 }],
      ['3.5.140.1', { country: 'au', region: 'Victoria', city: '', asn: 1221 }],
      ['81.2.69.142', { country: 'US', region: null, city: null, asn: 16509 }],
      ['81.2.69.143', { country: '-', region: null, city: null, asn: null }],
    ]);
    const stated = withOverrides(ip, (address) => rows.get(address));
    expect(stated.describe('10.0.65.171')).toMatchObject({
      kind: 'public',
      network: '10.0.65.0/24',
      place: {
        known: true,
        value: {
          country: 'NO',
          region: null,
          city: null,
          latitude: null,
          longitude: null,
          accuracy_km: null,
        },
      },
      as: { known: true, value: { number: 29695 } },
    });
    // The stated system decides what follows from a system, not the one that really announces the address.
    expect(stated.describe('3.5.140.1')).toMatchObject({
      hosting: false,
      place: { value: { country: 'AU', region: 'Victoria', city: null } },
      as: { value: { number: 1221, name: expect.stringContaining('Telstra') } },
    });
    expect(stated.describe('81.2.69.142')).toMatchObject({ hosting: true, as: { value: { number: 16509 } } });
    expect(stated.describe('81.2.69.143')).toMatchObject({
      place: { known: false, why: 'unavailable' },
      as: { known: false, why: 'unavailable' },
    });
    expect(stated.describe('8.8.8.8')).toBe(ip.describe('8.8.8.8'));
    expect(stated.version).not.toBe(ip.version);
  });
});

describe('lists', () => {
  it('each kind sets its own class, by network and by system', async () => {
    const ip = await create({
      builtinAs: true,
      lists: [
        await list('dc', 'hosting', '192.0.2.0/24'),
        await list('vpn', 'vpn', '198.51.100.1'),
        await list('tor', 'tor', 'fingerprint, ipaddr, port\nAA, 198.51.100.2, 443\n', 'tor_csv'),
        await list('relay', 'relay', '198.51.100.3/32\n2001:db8:3::/48'),
        await list('resi', 'residential_proxy', '198.51.100.4'),
        await list('phones', 'mobile', 'AS20712 # an ISP\n', 'asn'),
        await list('feed-a', 'blocklist', '198.51.100.5\t9\n198.51.100.6\t3\n'),
        await list('feed-b', 'blocklist', '198.51.100.5\n'),
      ],
    });
    const none = {
      hosting: false,
      vpn: false,
      tor: false,
      relay: false,
      residentialProxy: false,
      mobile: false,
      blocklists: [],
    };
    expect(ip.describe('192.0.2.9')).toMatchObject({ ...none, hosting: true });
    expect(ip.describe('198.51.100.1')).toMatchObject({ ...none, vpn: true });
    expect(ip.describe('198.51.100.2')).toMatchObject({ ...none, tor: true });
    expect(ip.describe('198.51.100.3')).toMatchObject({ ...none, relay: true });
    expect(ip.describe('2001:db8:3::1')).toMatchObject({ ...none, relay: true });
    expect(ip.describe('198.51.100.4')).toMatchObject({ ...none, residentialProxy: true });
    expect(ip.describe('81.2.69.142')).toMatchObject({ ...none, mobile: true });
    expect(ip.describe('198.51.100.5')).toMatchObject({ ...none, blocklists: ['feed-a', 'feed-b'] });
    expect(ip.describe('198.51.100.6')).toMatchObject({ ...none, blocklists: ['feed-a'] });
    expect(ip.describe('198.51.100.7')).toMatchObject(none);
    await ip.close();
  });

  it('a relay is not a VPN or a data centre, whatever other lists sweep in; Tor is the sharper word for both', async () => {
    const both = '192.0.2.1\n192.0.2.2\n192.0.2.3\n';
    const ip = await create({
      lists: [
        await list('p-vpn', 'vpn', both),
        await list('p-dc', 'hosting', both),
        await list('p-relay', 'relay', '192.0.2.1\n192.0.2.3'),
        await list('p-tor', 'tor', '192.0.2.2\n192.0.2.3'),
      ],
    });
    expect(ip.describe('192.0.2.1')).toMatchObject({ relay: true, vpn: false, hosting: false, tor: false });
    expect(ip.describe('192.0.2.2')).toMatchObject({ relay: false, vpn: false, hosting: true, tor: true });
    expect(ip.describe('192.0.2.3')).toMatchObject({ relay: false, vpn: false, hosting: true, tor: true });
  });

  it('a tunnel’s address is listed by itself or by the IPv4 address behind it', async () => {
    const ip = await create({ lists: [await list('t', 'vpn', '81.2.69.142\n2002:808:808::/48')] });
    expect(ip.describe('2002:5102:458e::1').vpn).toBe(true);
    expect(ip.describe('2002:808:808::1').vpn).toBe(true);
    expect(ip.describe('2002:808:809::1').vpn).toBe(false);
  });

  it('a reload swaps every list at once, empties the cache and changes the version', async () => {
    const lists = [await list('s-one', 'vpn', '192.0.2.1'), await list('s-two', 'hosting', '192.0.2.1')];
    const ip = await create({ lists });
    const before = ip.version;
    expect(ip.describe('192.0.2.1')).toMatchObject({ vpn: true, hosting: true });
    await list('s-one', 'vpn', '192.0.2.2');
    await list('s-two', 'hosting', '192.0.2.2');

    const reloading = ip.reload();
    const seen = new Set<string>();
    let done = false;
    const settled = reloading.then(() => {
      done = true;
    });
    while (!done) {
      const { vpn, hosting } = ip.describe('192.0.2.1');
      seen.add(`${vpn} ${hosting}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled;
    seen.add(`${ip.describe('192.0.2.1').vpn} ${ip.describe('192.0.2.1').hosting}`);
    expect([...seen]).toEqual(['true true', 'false false']);
    expect(ip.describe('192.0.2.2')).toMatchObject({ vpn: true, hosting: true });
    expect(ip.version).not.toBe(before);
  });

  it('the same files give the same version, another content another one', async () => {
    const lists = [await list('v', 'vpn', '192.0.2.1')];
    const first = await create({ lists });
    const second = await create({ lists });
    expect(second.version).toBe(first.version);
    await list('v', 'vpn', '192.0.2.2');
    expect((await create({ lists })).version).not.toBe(first.version);
  });

  it.each([
    ['gone', async (path: string) => rm(path)],
    ['a web page', async (path: string) => writeFile(path, '<html>\n<body>\nerror\n')],
    ['cut to nothing', async (path: string) => writeFile(path, '')],
    [
      'a directory',
      async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
    ],
  ])(
    'a file that is %s at a reload leaves its last good reading in use, and status says so',
    async (what, spoil) => {
      const name = `r-${what.replaceAll(' ', '-')}`;
      const source = await list(name, 'vpn', '192.0.2.1\n192.0.2.2');
      const ip = await create({ lists: [source, await list(`${name}-other`, 'tor', '192.0.2.9')] });
      const before = ip.version;
      await spoil(source.path);
      await list(`${name}-other`, 'tor', '192.0.2.8');
      await ip.reload();
      expect(ip.describe('192.0.2.1').vpn).toBe(true);
      expect(ip.describe('192.0.2.8').tor).toBe(true);
      expect(ip.describe('192.0.2.9').tor).toBe(false);
      const status = ip.status().find((entry) => entry.name === `list:${name}`);
      expect(status).toMatchObject({ ok: false, entries: 2 });
      expect(status?.problem).toMatch(
        /cannot be used: .*; the earlier reading with 2 entries stays in use\.$/,
      );
      expect(warnings).toHaveLength(1);
      expect(ip.version).not.toBe(before);
      await rm(source.path, { recursive: true, force: true });
    },
  );

  it('a file that cannot be read at start degrades and is taken up by a later reload', async () => {
    const source: ListSource = { name: 'late', kind: 'vpn', format: 'cidr', path: join(folder, 'late.txt') };
    const ip = await create({ lists: [source] });
    expect(ip.describe('192.0.2.1').vpn).toBe(false);
    expect(ip.status()).toEqual([
      expect.objectContaining({
        name: 'list:late',
        ok: false,
        entries: 0,
        problem: `${source.path} cannot be used: there is no such file; it is left out.`,
      }),
    ]);
    expect(warnings).toHaveLength(1);
    await list('late', 'vpn', '192.0.2.1');
    await ip.reload();
    expect(ip.describe('192.0.2.1').vpn).toBe(true);
    expect(ip.status()).toEqual([expect.objectContaining({ ok: true, entries: 1, problem: null })]);
  });

  it('skipped lines show in status without making the source bad', async () => {
    const ip = await create({ lists: [await list('few', 'vpn', '192.0.2.1\n192.0.2.2\nwhat\n')] });
    expect(ip.status()).toEqual([
      expect.objectContaining({
        ok: true,
        entries: 2,
        problem: '1 lines were not understood and are skipped.',
      }),
    ]);
  });

  it('reloads that overlap end with what the files say last', async () => {
    const lists = [await list('o', 'vpn', '192.0.2.1')];
    const ip = await create({ lists });
    const first = ip.reload();
    await list('o', 'vpn', '192.0.2.2');
    await Promise.all([first, ip.reload()]);
    expect(ip.describe('192.0.2.2').vpn).toBe(true);
    expect(ip.describe('192.0.2.1').vpn).toBe(false);
    await ip.close();
  });

  it('an address is never written to the log', async () => {
    const ip = await create({ lists: [await list('quiet', 'vpn', 'bad\nbad\n192.0.2.77')] });
    ip.describe('198.51.100.88');
    expect(warnings.join()).not.toMatch(/192\.0\.2\.77|198\.51\.100\.88/);
  });
});

const maxmind = fileURLToPath(new URL('../../../../shared/data/ip-lists/maxmind-test/', import.meta.url));

describe.skipIf(!existsSync(maxmind))('MaxMind databases (skipped without the shared data)', () => {
  const mmdb = (name: string): string => join(maxmind, `${name}.mmdb`);

  it('City and ASN override the built-in tables where they know the address, and only there', async () => {
    const ip = await create({
      builtinAs: true,
      builtinPlaces: true,
      mmdb: { city: mmdb('GeoIP2-City-Test'), asn: mmdb('GeoLite2-ASN-Test') },
    });
    expect(ip.describe('81.2.69.142').place).toMatchObject({
      known: true,
      value: { country: 'GB', region: 'ENG', city: 'London' },
    });
    expect(ip.describe('1.128.0.1').as).toEqual({
      known: true,
      value: { number: 1221, name: 'Telstra Pty Ltd' },
    });
    expect(ip.describe('2001:218::1').place).toMatchObject({ value: { country: 'JP', accuracy_km: 100 } });
    expect(ip.describe('8.8.8.8').as).toMatchObject({ value: { number: 15169 } });
    expect(ip.describe('193.0.0.1').place).toMatchObject({ value: { country: 'NL' } });
    expect(ip.status().map(({ name, ok }) => [name, ok])).toEqual(
      expect.arrayContaining([
        ['mmdb:city', true],
        ['mmdb:asn', true],
      ]),
    );
  });

  it('ISP gives systems; Anonymous-IP and Residential-Proxy give the classes', async () => {
    const ip = await create({
      mmdb: {
        isp: mmdb('GeoIP2-ISP-Test'),
        anonymous: mmdb('GeoIP2-Anonymous-IP-Test'),
        residentialProxy: mmdb('GeoIP-Residential-Proxy-Test'),
      },
    });
    expect(ip.describe('1.128.0.1').as).toMatchObject({ value: { number: 1221 } });
    expect(ip.describe('1.2.0.1')).toMatchObject({ vpn: true, tor: false });
    expect(ip.describe('65.0.0.1')).toMatchObject({ tor: true, vpn: false });
    expect(ip.describe('71.160.223.1')).toMatchObject({ hosting: true, vpn: false });
    expect(ip.describe('186.30.236.1')).toMatchObject({ vpn: true });
    expect(ip.describe('6.1.0.4')).toMatchObject({ residentialProxy: true, vpn: false });
    expect(ip.describe('1.2.0.4')).toMatchObject({ residentialProxy: true });
    expect(ip.describe('8.8.4.4')).toMatchObject({ vpn: false, residentialProxy: false });
  });

  it('as a list, a database lists what its flags say about the list’s kind, or all its addresses without flags', async () => {
    const anonymous = mmdb('GeoIP2-Anonymous-IP-Test');
    const ip = await create({
      lists: [
        { name: 'a', kind: 'tor', format: 'mmdb', path: anonymous },
        { name: 'b', kind: 'blocklist', format: 'mmdb', path: anonymous },
        { name: 'c', kind: 'residential_proxy', format: 'mmdb', path: mmdb('GeoIP-Residential-Proxy-Test') },
      ],
    });
    expect(ip.describe('65.0.0.1')).toMatchObject({ tor: true, blocklists: ['b'] });
    expect(ip.describe('71.160.223.1')).toMatchObject({ tor: false, blocklists: ['b'] });
    expect(ip.describe('214.230.5.158')).toMatchObject({ residentialProxy: true, blocklists: [] });
    expect(ip.describe('8.8.4.4')).toMatchObject({ tor: false, residentialProxy: false, blocklists: [] });
  });
});

describe('a file that is no MaxMind database', () => {
  it('is left out, and status says so', async () => {
    const path = join(folder, 'broken.mmdb');
    await writeFile(path, 'this is not a database');
    const ip = await create({
      mmdb: { city: path },
      lists: [{ name: 'm', kind: 'vpn', format: 'mmdb', path }],
    });
    expect(ip.describe('8.8.8.8').place).toEqual({ known: false, why: 'unavailable' });
    expect(ip.status().map(({ name, ok }) => [name, ok])).toEqual([
      ['list:m', false],
      ['mmdb:city', false],
    ]);
    expect(warnings).toHaveLength(2);
  });
});
