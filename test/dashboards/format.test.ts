import { describe, expect, test } from 'vitest';
import { createFormat, detailWords, probabilityOf } from '../../dashboards/src/lib/format.ts';
import { changeWords, summaryOf } from '../../dashboards/src/lib/summary.ts';

const british = createFormat({ locale: 'en-GB', timeZone: 'Europe/Berlin' });
const german = createFormat({ locale: 'de-DE', timeZone: 'America/New_York' });
/** Intl puts no-break spaces before per cent signs in some locales. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('shares', () => {
  test('what is not nothing never reads 0 %, what is not certain never 100 %', () => {
    expect(british.percent(0)).toBe('0%');
    expect(british.percent(0.00000002)).toBe('< 0.01%');
    expect(british.percent(0.0003)).toBe('0.03%');
    expect(british.percent(0.9996)).toBe('99.96%');
    expect(british.percent(0.9999999)).toBe('> 99.99%');
    expect(british.percent(1)).toBe('100%');
  });

  test('follow the locale', () => {
    expect(plain(german.percent(0.083))).toBe('8,3 %');
    expect(german.count(12_345)).toBe('12.345');
  });

  test('of nothing known are a dash', () => {
    expect(british.percent(Number.NaN)).toBe('–');
  });

  test('the default prior reads as half a per cent', () => {
    expect(probabilityOf(-5.3, british)).toBe('0.5%');
  });
});

describe('nats', () => {
  test('always carry their sign, with a true minus', () => {
    expect(british.nats(1.6)).toBe('+1.60');
    expect(british.nats(-5.3)).toBe('\u22125.30');
    expect(british.nats(0)).toBe('0.00');
    expect(german.nats(-0.25)).toBe('\u22120,25');
  });
});

describe('times', () => {
  test('of today are short, others carry their date, old ones their year', () => {
    expect(british.moment('2026-11-23T01:28:40.120Z', NOW)).toBe('02:28:40');
    expect(british.moment('2026-11-22T01:28:40Z', NOW)).toBe('22 Nov, 02:28:40');
    expect(british.moment('2020-02-03T12:43:30Z', NOW)).toBe('3 Feb 2020, 13:43');
  });

  test('midnight is the reader’s, not UTC’s', () => {
    expect(german.moment('2026-11-23T03:00:00Z', NOW)).toContain('22');
  });

  test('in full name their zone', () => {
    expect(british.full('2026-11-23T01:28:40Z')).toContain('CET');
  });

  test('that cannot be read are a dash, not an error', () => {
    expect(british.moment('soon', NOW)).toBe('–');
    expect(british.full('')).toBe('–');
  });

  test('offsets follow summer time', () => {
    expect(british.offset_s(Date.parse('2026-07-01T00:00:00Z'))).toBe(7200);
    expect(british.offset_s(Date.parse('2026-12-01T00:00:00Z'))).toBe(3600);
    expect(german.offset_s(Date.parse('2026-12-01T00:00:00Z'))).toBe(-18_000);
    const half = createFormat({ locale: 'en', timeZone: 'Asia/Kolkata' });
    expect(half.offset_s(NOW)).toBe(19_800);
  });

  test('an axis shows the date at local midnight and the time otherwise', () => {
    expect(british.axis(Date.parse('2026-11-22T23:00:00Z'), 3600)).toBe('23 Nov');
    expect(british.axis(Date.parse('2026-11-23T12:00:00Z'), 3600)).toBe('13:00');
  });

  test('bars of whole days are cut at UTC midnight and say so', () => {
    expect(german.axis(Date.parse('2026-11-23T00:00:00Z'), 86_400)).toContain('23');
    expect(british.bucket(Date.parse('2026-11-23T00:00:00Z'), 86_400)).toBe('23 Nov 2026 UTC');
  });

  test('hours that come twice say which of the two they are, and no other hour does', () => {
    const hours = ['00:00', '01:00', '02:00', '03:00', '12:00'].map((time) =>
      british.bucket(Date.parse(`2026-10-25T${time}:00Z`) - 3_600_000, 3_600),
    );
    expect(hours).toEqual([
      '25 Oct, 01:00 – 02:00',
      '25 Oct, 02:00 – 02:00 GMT+2',
      '25 Oct, 02:00 – 03:00 GMT+1',
      '25 Oct, 03:00 – 04:00',
      '25 Oct, 12:00 – 13:00',
    ]);
    expect(british.bucket(Date.parse('2026-10-25T00:59:30Z'), 30)).toBe('25 Oct, 02:59:30 GMT+2');
    const lordHowe = createFormat({ locale: 'en-GB', timeZone: 'Australia/Lord_Howe' });
    const twice = ['14:30', '15:00'].map((time) =>
      lordHowe.bucket(Date.parse(`2026-04-04T${time}:00Z`), 1_800),
    );
    expect(new Set(twice).size).toBe(2);
    expect(british.bucket(Date.parse('2026-03-29T00:00:00Z'), 3_600)).toBe('29 Mar, 01:00 – 03:00');
  });
});

describe('details of a signal', () => {
  test('carry their unit in words', () => {
    expect(detailWords('distance_km', 6100, british)).toEqual({ label: 'Distance', text: '6,100 km' });
    expect(detailWords('speed_kmh', 2440.4, british)).toEqual({ label: 'Speed', text: '2,440 km/h' });
    expect(detailWords('elapsed_h', 2.5, british)).toEqual({ label: 'Elapsed', text: '2.5 h' });
  });

  test('a window is part of what was counted', () => {
    expect(detailWords('failures_10m', 14, british)).toEqual({ label: 'Failures in 10 min', text: '14' });
    expect(detailWords('failed_users_24h', 3, british)).toEqual({ label: 'Failed users in 24 h', text: '3' });
  });

  test('a count over time is no count of minutes', () => {
    expect(detailWords('accepted_per_min', 0.2, british)).toEqual({
      label: 'Accepted per minute',
      text: '0.2',
    });
  });

  test('numbers that name something are not grouped', () => {
    expect(detailWords('asn', 14618, british)).toEqual({ label: 'ASN', text: '14618' });
  });

  test('shares, flags and absent values are words', () => {
    expect(detailWords('population_share', 0.0004, british)).toEqual({
      label: 'Population share',
      text: '0.04%',
    });
    expect(detailWords('bound', true, british)).toEqual({ label: 'Bound', text: 'yes' });
    expect(detailWords('previous_country', null, british)).toEqual({
      label: 'Previous country',
      text: 'none',
    });
  });
});

test('countries have names, and an unknown code stays what it is', () => {
  expect(british.country('FR')).toBe('France');
  expect(german.country('FR')).toBe('Frankreich');
  expect(british.country('<b>')).toBe('<b>');
});

describe('the summary', () => {
  test('rates are shares of decisions, and of none are 0 instead of not a number', () => {
    expect(summaryOf({ decisions: 200, challenged: 10, blocked: 1, users: 40 })).toMatchObject({
      challengeRate: 0.05,
      blockRate: 0.005,
    });
    expect(summaryOf(undefined)).toMatchObject({ decisions: 0, challengeRate: 0, blockRate: 0 });
  });

  test('a change is told against the period before, honestly when that was empty', () => {
    expect(changeWords(120, 100, british)).toBe('20% more than before');
    expect(changeWords(50, 100, british)).toBe('50% fewer than before');
    expect(changeWords(100, 100, british)).toBe('as in the period before');
    expect(changeWords(5000, 100, british)).toBe('50 times the period before');
    expect(changeWords(10, 0, british)).toBe('none in the period before');
    expect(changeWords(0, 0, british)).toBe('none before either');
  });
});
