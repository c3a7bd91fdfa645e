import type { Details } from '../../signal.ts';

/** A number of the details; 0 when it is not there (a record of an older version). */
export function num(details: Details, key: string): number {
  const value = details[key];
  return typeof value === 'number' ? value : 0;
}

/** A word of the details, or what to say in its place. */
export function text(details: Details, key: string, otherwise: string): string {
  const value = details[key];
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** A whole number with commas between thousands, the same on every machine whatever its locale data. */
export function grouped(n: number): string {
  const digits = Math.round(Math.abs(n)).toFixed(0);
  let out = '';
  for (let i = 0; i < digits.length; i++) {
    if (i > 0 && (digits.length - i) % 3 === 0) out += ',';
    out += digits[i];
  }
  return n < 0 && out !== '0' ? `-${out}` : out;
}

/** `1 failure`, `12 failures`. */
export function count(n: number, one: string, many: string): string {
  return `${grouped(n)} ${Math.round(n) === 1 ? one : many}`;
}

/** A time in the unit that a person would choose: `40 s`, `12 min`, `2.5 h`, `3 days`, `2 years`. */
export function hours(h: number): string {
  const minutes = h * 60;
  if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))} s`;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  if (h < 48) return `${Math.round(h * 10) / 10} h`;
  const days = Math.round(h / 24);
  return days < 730 ? `${grouped(days)} days` : `${Math.round(days / 36.525) / 10} years`;
}

/** A share 0–1 as `62 %`, small ones with a decimal. */
export function percent(share: number): string {
  const p = share * 100;
  return `${p >= 10 || p === 0 ? Math.round(p) : Math.round(p * 10) / 10} %`;
}

/** Names that are not merely capitalised. */
const PROPER_NAMES: ReadonlyMap<string, string> = new Map([
  ['ios', 'iOS'],
  ['mac os', 'macOS'],
  ['chrome os', 'Chrome OS'],
  ['ie', 'Internet Explorer'],
  ['kaios', 'KaiOS'],
]);

/** A family of browsers or systems of the details as people write it: `mobile safari` → `Mobile Safari`. */
export function familyName(details: Details, key: string, otherwise: string): string {
  const family = text(details, key, '');
  if (family === '') return otherwise;
  const proper = PROPER_NAMES.get(family);
  if (proper !== undefined) return proper;
  return family
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
