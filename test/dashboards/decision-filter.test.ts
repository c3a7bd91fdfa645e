import { describe, expect, test } from 'vitest';
import {
  columnsText,
  DEFAULT_COLUMNS,
  exportColumns,
  parseColumns,
} from '../../dashboards/src/lib/columns.ts';
import { criteriaOf, matchesRow, mergeRows } from '../../dashboards/src/lib/decision-filter.ts';
import { parseDecisionsSearch } from '../../dashboards/src/lib/url-state.ts';
import { decisionRow } from '../support/decision-row.ts';

describe('filters of the decisions page', () => {
  test('become the filter of the API', () => {
    expect(
      criteriaOf(
        parseDecisionsSearch({ q: 'a b', action: 'block,challenge', asn: 'AS64500', min: '5', max: '50' }),
      ),
    ).toEqual({ text: 'a b', actions: ['challenge', 'block'], asn: 64_500, score_min: 0.05, score_max: 0.5 });
    expect(criteriaOf({})).toEqual({});
  });

  test('a damaged link shows everything instead of an error', () => {
    expect(
      parseDecisionsSearch({ action: 'explode', min: '-1', max: 'x', country: 'Germany', asn: 'AS-1' }),
    ).toEqual({});
  });

  const row = decisionRow({ score: 0.5, reasons: ['location.new_country'] });
  test.each([
    [{}, true],
    [{ user: 'u_42', ip: '203.0.113.7', asn: '64500', country: 'NZ' }, true],
    [{ user: 'u_4' }, false],
    [{ action: 'challenge,block' }, false],
    [{ action: 'allow,block' }, true],
    [{ reason: 'location.new_country' }, true],
    [{ reason: 'location' }, false],
    [{ min: '50' }, true],
    [{ max: '50' }, false],
    [{ max: '100' }, true],
    [{ q: 'AUCK host' }, true],
    [{ q: 'auck wellington' }, false],
    [{ device: 'key-1', browser: 'chrome', os: 'windows' }, true],
    [{ resolution: 'passed' }, false],
  ])('%j lets a streamed row through: %s', (search, expected) => {
    expect(matchesRow(row, search)).toBe(expected);
  });

  test('streamed and listed rows are merged, newest first, none twice, and the list knows better', () => {
    const old = decisionRow({ id: 'a', occurred_at: '2026-11-23T12:00:00Z' });
    const judged = decisionRow({ id: 'b', occurred_at: '2026-11-23T12:00:01Z', verdict: 'compromised' });
    const fresh = decisionRow({ id: 'c', occurred_at: '2026-11-23T12:00:02Z' });
    const merged = mergeRows([fresh, { ...judged, verdict: null }], [judged, old]);
    expect(merged.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['c', null],
      ['b', 'compromised'],
      ['a', null],
    ]);
    expect(mergeRows([fresh], [judged, old], 2)).toHaveLength(2);
  });
});

describe('columns', () => {
  test('the usual ones need no text, and the time cannot be taken away', () => {
    expect(parseColumns(undefined)).toEqual(DEFAULT_COLUMNS);
    expect(parseColumns('nonsense')).toEqual(DEFAULT_COLUMNS);
    expect(parseColumns('user,agent')).toEqual(['time', 'user', 'agent']);
    expect(columnsText(DEFAULT_COLUMNS)).toBe(undefined);
    expect(columnsText(['agent', 'time'])).toBe('time,agent');
  });

  test('an export names the fields of what is shown, and the id', () => {
    expect(exportColumns(['time', 'user'])).toEqual(['id', 'occurred_at', 'user_id']);
  });
});
