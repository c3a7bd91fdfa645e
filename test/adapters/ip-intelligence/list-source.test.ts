import { describe, expect, it } from 'vitest';
import { parseListSources } from '../../../src/adapters/ip-intelligence/list-source.ts';

describe('the list of IP lists', () => {
  it('empty text is no list', () => {
    for (const text of ['', '  ', ' , ']) expect(parseListSources(text)).toEqual({ ok: true, sources: [] });
  });

  it('entries are kind, format and path; the name is given or the file’s', () => {
    expect(
      parseListSources(
        'vpn:cidr:/lists/a.txt, tor:tor_csv:/lists/latest.exits.csv ,feed=blocklist:cidr:c:\\lists\\b.txt',
      ),
    ).toEqual({
      ok: true,
      sources: [
        { name: 'a', kind: 'vpn', format: 'cidr', path: '/lists/a.txt' },
        { name: 'latest.exits', kind: 'tor', format: 'tor_csv', path: '/lists/latest.exits.csv' },
        { name: 'feed', kind: 'blocklist', format: 'cidr', path: 'c:\\lists\\b.txt' },
      ],
    });
  });

  it.each([
    ['/lists/a.txt', 'is not of the form'],
    ['vpn:/lists/a.txt', 'is not of the form'],
    ['proxy:cidr:/a.txt', 'has the kind "proxy"; kinds are hosting, vpn, tor'],
    ['vpn:json:/a.txt', 'has the format "json"; formats are cidr, asn'],
    ['vpn:cidr:', 'is not of the form'],
    ['vpn:cidr:  ,', 'is not of the form'],
    ['my list=vpn:cidr:/a.txt', 'needs a name'],
    ['=vpn:cidr:/a.txt', 'needs a name'],
    ['vpn:cidr:/x/a.txt,hosting:asn:/y/a.txt', 'has the name "a" of an earlier list'],
  ])('%s is refused in one sentence that says why', (text, why) => {
    const parsed = parseListSources(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.problem).toContain(why);
    expect(parsed.ok ? '' : parsed.problem).toMatch(/^The IP list ".*\.$/);
  });
});
