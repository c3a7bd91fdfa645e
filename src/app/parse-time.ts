const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;
const LEAP_SECOND = /:60(?:\.\d+)?(?=[Z+-])/;

/**
 * Milliseconds since 1970-01-01 UTC of an RFC 3339 time with an offset; `null` for anything else, for days that do
 * not exist and for times before 1970. Fractions below a millisecond are cut off. A leap second counts as the last
 * millisecond of its minute, so that time never runs backwards.
 *
 * `Date.parse` alone takes times without offset for local ones and 30 February for 2 March.
 */
export function parseTime(text: string): number | null {
  if (!RFC_3339.test(text)) return null;
  const day = +text.slice(8, 10);
  if (day > 28 && day > daysOf(+text.slice(0, 4), +text.slice(5, 7))) return null;
  const upper = text.toUpperCase();
  const at_ms = Date.parse(upper.startsWith('60', 17) ? upper.replace(LEAP_SECOND, ':59.999') : upper);
  return at_ms >= 0 ? at_ms : null;
}

/** Day 0 of the next month is the last of this one. */
const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
