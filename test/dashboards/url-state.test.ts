import { describe, expect, test } from 'vitest';
import { takeLinkToken } from '../../dashboards/src/lib/link-token.ts';
import {
  countedBeyond,
  isOpenEnded,
  parseRangeSearch,
  rangeKey,
  rangeOf,
  searchOfWindow,
  windowBefore,
  windowOf,
} from '../../dashboards/src/lib/time-range.ts';
import {
  hiddenText,
  parseAppSearch,
  parseDecisionsSearch,
  parseDeviceSearch,
  parseHealthSearch,
  parseHidden,
  parseOverviewSearch,
  parseQuery,
  parseSignInSearch,
  parseUserSearch,
  safeReturnPath,
  stringifyQuery,
} from '../../dashboards/src/lib/url-state.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('the URL', () => {
  test('gives back every state that was put into it', () => {
    for (const state of [
      {},
      { user: '123' },
      { user: 'a&b=c#d %2F ü 🙂 __proto__', ip: '2001:db8::1', action: 'block' as const },
      { level: 'high' as const, reason: 'location.impossible_travel', range: '7d' as const },
      searchOfWindow({ from_ms: NOW - 1000, to_ms: NOW }),
    ]) {
      expect(parseDecisionsSearch(parseQuery(stringifyQuery(state)))).toEqual(state);
    }
    const overview = { range: '6h' as const, paused: true as const, hide: 'allow,low' };
    expect(parseOverviewSearch(parseQuery(stringifyQuery(overview)))).toEqual(overview);
  });

  test('a damaged link shows the default instead of an error', () => {
    expect(parseOverviewSearch({ range: '99y', paused: 'perhaps', hide: '<script>', from: 'x' })).toEqual({});
    expect(parseDecisionsSearch({ action: 'explode', level: 7, user: '', ip: 'x'.repeat(300) })).toEqual({});
    expect(parseDecisionsSearch({ range: 'toString' })).toEqual({});
  });

  test('an id that looks like a number stays text', () => {
    expect(parseDecisionsSearch(parseQuery('?user=0042'))).toEqual({ user: '0042' });
  });

  test('ids keep the spaces around them: they name somebody else without', () => {
    for (const id of [' bob', 'bob ', ' ', '\u00a0bob']) {
      expect(parseDecisionsSearch(parseQuery(stringifyQuery({ user: id, device: id })))).toEqual({
        user: id,
        device: id,
      });
      expect(parseUserSearch(parseQuery(stringifyQuery({ id })))).toEqual({ id });
      expect(parseDeviceSearch(parseQuery(stringifyQuery({ key: id })))).toEqual({ key: id });
    }
    expect(parseUserSearch({ id: '🙂'.repeat(256) }).id).toHaveLength(512);
    expect(parseUserSearch({ id: 'x'.repeat(257) })).toEqual({});
  });

  test('names what it rejects, so that the router does not let it through as it was written', () => {
    const wrong = { range: '99y', from: 'x', min: '200', ip: '1.2', status: 'foo', tz: 'Bogus/Zone' };
    for (const name of ['range', 'from', 'min', 'ip', 'status'] as const) {
      expect({ ...wrong, ...parseDecisionsSearch(wrong) }[name], name).toBeUndefined();
    }
    expect({ ...wrong, ...parseAppSearch(wrong) }.tz).toBeUndefined();
    expect({ return: '//evil.example', ...parseSignInSearch({ return: '//evil.example' }) }.return).toBe(
      undefined,
    );
  });

  test('no value is longer than the API takes it', () => {
    const long = 'x'.repeat(129);
    expect(parseDecisionsSearch({ method: long, browser: long, os: long, reason: long, tls: long })).toEqual(
      {},
    );
    expect(
      parseDecisionsSearch({ application: long, login: 'x'.repeat(65), device: 'x'.repeat(65) }),
    ).toEqual({});
    expect(parseDeviceSearch({ key: 'x'.repeat(65) })).toEqual({});
  });

  test('a search of too many words is cut, not given up', () => {
    expect(parseDecisionsSearch({ q: 'word '.repeat(200) }).q).toHaveLength(128);
  });

  test('equal sets of hidden series have equal links', () => {
    expect(hiddenText(parseHidden('low,allow,low'))).toBe('allow,low');
    expect(hiddenText(new Set())).toBeUndefined();
  });
});

describe('a time range', () => {
  test('that is relative moves with the clock and keeps its cache key', () => {
    const range = rangeOf({ range: '1h' }, { kind: 'any' });
    expect(windowOf(range, NOW)).toEqual({ from_ms: NOW - 3_600_000, to_ms: NOW });
    expect(windowOf(range, NOW + 5)).toEqual({ from_ms: NOW + 5 - 3_600_000, to_ms: NOW + 5 });
    expect(rangeKey(range)).toBe('1h');
  });

  test('of one’s own stands still, beats a preset, and ends polling once it is over', () => {
    const search = parseRangeSearch({
      from: '2026-11-23T09:00:00+01:00',
      to: '2026-11-23T10:00:00Z',
      range: '1h',
    });
    const range = rangeOf(search, { kind: 'any' });
    expect(windowOf(range, NOW)).toEqual({
      from_ms: Date.parse('2026-11-23T08:00:00Z'),
      to_ms: Date.parse('2026-11-23T10:00:00Z'),
    });
    expect(isOpenEnded(range, NOW)).toBe(false);
    expect(isOpenEnded(range, Date.parse('2026-11-23T09:30:00Z'))).toBe(true);
  });

  test('that runs backwards or is half given is none', () => {
    expect(parseRangeSearch({ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual({});
    expect(parseRangeSearch({ from: '2026-02-01T00:00:00Z' })).toEqual({});
  });

  test('that is wider than can be counted is none where it would be counted', () => {
    const wide = { from: '2020-01-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z' };
    expect(parseOverviewSearch(wide)).toEqual({});
    expect(parseHealthSearch(wide)).toEqual({});
    expect(parseDecisionsSearch(wide)).toEqual(wide);
  });

  test('that was counted by whole days is said to be wider where the numbers may show it', () => {
    const day_ms = 86_400_000;
    const midnight_ms = Date.parse('2026-11-23T00:00:00Z');
    const counted = { from_ms: midnight_ms - 10 * day_ms, to_ms: midnight_ms + day_ms };
    const asked = { from_ms: midnight_ms - 10 * day_ms + 5.5 * 3_600_000, to_ms: midnight_ms };
    expect(countedBeyond({ kind: 'absolute', ...asked }, counted, NOW)).toEqual({
      from_ms: counted.from_ms,
      to_ms: NOW,
    });
    const exact = { from_ms: midnight_ms - 10 * day_ms, to_ms: midnight_ms };
    expect(countedBeyond({ kind: 'absolute', ...exact }, exact, NOW)).toBeNull();
    // Ninety days and half a day more are ninety days.
    const ninety = { from_ms: midnight_ms - 90 * day_ms, to_ms: midnight_ms + day_ms };
    expect(countedBeyond({ kind: 'relative', preset: '90d' }, ninety, NOW)).toBeNull();
    const week = { from_ms: midnight_ms - 7 * day_ms, to_ms: midnight_ms + day_ms };
    expect(countedBeyond({ kind: 'relative', preset: '7d' }, week, NOW)).toEqual({
      from_ms: week.from_ms,
      to_ms: NOW,
    });
  });

  test('is compared with the one of the same width just before', () => {
    expect(windowBefore({ from_ms: 1000, to_ms: 1500 })).toEqual({ from_ms: 500, to_ms: 1000 });
  });
});

describe('the way back after signing in', () => {
  test('leads to pages of this application', () => {
    for (const path of ['/', '/decisions?user=u_42', '/decisions/dec_019?x=1#top']) {
      expect(safeReturnPath(path)).toBe(path);
    }
  });

  test('never leads to another origin, whatever its disguise', () => {
    for (const path of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '/\n/evil.example',
      'javascript:alert(1)',
      '\\\\evil.example',
      '/a\\b',
      '',
      undefined,
      7,
    ]) {
      expect(safeReturnPath(path)).toBeUndefined();
    }
  });

  test('never leads round to the sign-in itself', () => {
    expect(safeReturnPath('/sign-in?return=%2F')).toBeUndefined();
    expect(safeReturnPath('/sign-in')).toBeUndefined();
    expect(parseSignInSearch({ return: '//evil.example', reason: 'expired' })).toEqual({ reason: 'expired' });
  });
});

describe('the one-time token of a sign-in link', () => {
  const bar = () => {
    const replaced: string[] = [];
    return {
      replaced,
      replaceState: (_data: unknown, _unused: string, url: string) => void replaced.push(url),
    };
  };

  test('is taken and leaves the address bar', () => {
    const history = bar();
    const place = { pathname: '/sign-in', search: '?return=%2Fdecisions', hash: '#token=abc-_123' };
    expect(takeLinkToken(place, history)).toBe('abc-_123');
    expect(history.replaced).toEqual(['/sign-in?return=%2Fdecisions']);
  });

  test('is looked for nowhere else', () => {
    const history = bar();
    expect(takeLinkToken({ pathname: '/decisions', search: '', hash: '#token=abc' }, history)).toBeNull();
    expect(takeLinkToken({ pathname: '/sign-in', search: '?token=abc', hash: '' }, history)).toBeNull();
    expect(takeLinkToken({ pathname: '/sign-in', search: '', hash: '#content' }, history)).toBeNull();
    expect(history.replaced).toEqual([]);
  });
});
