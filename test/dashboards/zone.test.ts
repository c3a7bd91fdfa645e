import { describe, expect, test } from 'vitest';
import { createFormat } from '../../dashboards/src/lib/format.ts';
import { fromLocalInput, toLocalInput, zoneOf } from '../../dashboards/src/lib/zone.ts';

const berlin = createFormat({ locale: 'en-GB', timeZone: 'Europe/Berlin' });
const kathmandu = createFormat({ locale: 'en-GB', timeZone: 'Asia/Kathmandu' });

describe('zones', () => {
  test('a name is a zone or nothing', () => {
    expect(zoneOf('Europe/Berlin')).toBe('Europe/Berlin');
    expect(zoneOf('UTC')).toBe('UTC');
    for (const wrong of ['Europe/Atlantis', '', 7, null, undefined, 'x'.repeat(65)])
      expect(zoneOf(wrong)).toBe(undefined);
  });

  test.each([
    [berlin, '2026-07-01T10:30', '2026-07-01T08:30:00.000Z'],
    [berlin, '2026-12-01T10:30', '2026-12-01T09:30:00.000Z'],
    [kathmandu, '2026-12-01T10:30', '2026-12-01T04:45:00.000Z'],
  ])(
    'a time typed in the chosen zone is that moment, and is written back the same',
    (format, typed, moment) => {
      const at_ms = fromLocalInput(typed, format.offset_s);
      expect(new Date(at_ms).toISOString()).toBe(moment);
      expect(toLocalInput(at_ms, format.offset_s)).toBe(typed);
    },
  );

  test('a time that the clocks skip is read near the gap, not refused', () => {
    const at_ms = fromLocalInput('2026-03-29T02:30', berlin.offset_s);
    expect(Math.abs(at_ms - Date.parse('2026-03-29T01:00:00Z'))).toBeLessThanOrEqual(1_800_000);
  });

  test('what is no time is NaN', () => {
    expect(fromLocalInput('', berlin.offset_s)).toBeNaN();
    expect(fromLocalInput('tomorrow', berlin.offset_s)).toBeNaN();
  });
});
