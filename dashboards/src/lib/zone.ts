import { once } from './once.ts';

/** As it was when the page was opened. */
export const browserZone = once(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The IANA name as this browser writes it, or undefined for what is no time zone. */
export const zoneOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value === '' || value.length > 64) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Every zone that can be chosen; UTC first. */
export const allZones = (): readonly string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
];

/** What `<input type="datetime-local">` takes: the zone's time of day, without the zone. */
export const toLocalInput = (time_ms: number, offset_s: (time_ms: number) => number): string =>
  new Date(time_ms + offset_s(time_ms) * 1000).toISOString().slice(0, 16);

/**
 * The reverse; NaN for what is no time. Where clocks go forward some times do not exist: they are read as just after
 * the gap or just before it, never refused.
 */
export const fromLocalInput = (text: string, offset_s: (time_ms: number) => number): number => {
  const asUtc_ms = Date.parse(`${text}Z`);
  if (!Number.isFinite(asUtc_ms)) return Number.NaN;
  const near_ms = asUtc_ms - offset_s(asUtc_ms) * 1000;
  return asUtc_ms - offset_s(near_ms) * 1000;
};
