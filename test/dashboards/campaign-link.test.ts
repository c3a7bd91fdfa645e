import { describe, expect, test } from 'vitest';
import type { CampaignCell } from '../../dashboards/src/api/types.ts';
import { cellSearch } from '../../dashboards/src/lib/campaign-link.ts';
import { criteriaOf, matchesRow } from '../../dashboards/src/lib/decision-filter.ts';
import { parseDecisionsSearch, parseQuery, stringifyQuery } from '../../dashboards/src/lib/url-state.ts';
import { decisionRow } from '../support/decision-row.ts';

const cell = (parts: Partial<CampaignCell>): CampaignCell => ({
  kind: 'network',
  label: '',
  asn: null,
  as_name: null,
  client: null,
  tls_fingerprint: null,
  network: null,
  ...parts,
});

describe('the link of a campaign', () => {
  test.each([
    ['a network', cell({ network: '203.0.113.0/24' }), { network: '203.0.113.0/24' }],
    [
      'an AS and a browser',
      cell({ kind: 'as', asn: 64_500, client: 'chrome' }),
      { asn: 64_500, browser: 'chrome' },
    ],
    ['an AS and no browser', cell({ kind: 'as', asn: 64_500 }), { asn: 64_500, browser: 'none' }],
    [
      'a TLS fingerprint',
      cell({ kind: 'tls', tls_fingerprint: 't13d_kit' }),
      { tls_fingerprint: 't13d_kit' },
    ],
  ])('asks for %s, and survives the address bar', (_name, of, filter) => {
    const search = cellSearch(of);
    expect(criteriaOf(parseDecisionsSearch(parseQuery(stringifyQuery(search))))).toEqual(filter);
  });

  test('a streamed row without a known browser belongs to a campaign of unknown clients', () => {
    expect(matchesRow(decisionRow({ browser: null }), { browser: 'none' })).toBe(true);
    expect(matchesRow(decisionRow({ browser: 'chrome' }), { browser: 'none' })).toBe(false);
    expect(matchesRow(decisionRow({ login_key: 'k' }), { login: 'k' })).toBe(true);
  });
});
