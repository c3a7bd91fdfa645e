import type { DecisionFacts } from '../api/types.ts';

/** Families that their makers write otherwise than with one leading capital. */
const NAMES: Readonly<Record<string, string>> = {
  'chrome os': 'ChromeOS',
  'chromium os': 'ChromeOS',
  ie: 'Internet Explorer',
  ios: 'iOS',
  ipados: 'iPadOS',
  macos: 'macOS',
  'mac os': 'macOS',
  'mac os x': 'macOS',
};

const family = (name: string): string =>
  NAMES[name.toLowerCase()] ?? name.charAt(0).toUpperCase() + name.slice(1);

const withVersion = (
  name: string | null | undefined,
  version: string | number | null | undefined,
): string | null => {
  if (name == null || name === '') return null;
  return version == null || version === '' ? family(name) : `${family(name)} ${version}`;
};

/** `chrome`, 141 → `Chrome 141`; null when the browser is not known. */
export const browserWords = (
  facts: Pick<DecisionFacts, 'browser' | 'browser_major' | 'os' | 'os_version'>,
): string | null => withVersion(facts.browser, facts.browser_major);

/** `windows`, `10` → `Windows 10`; null when the system is not known. */
export const systemWords = (
  facts: Pick<DecisionFacts, 'browser' | 'browser_major' | 'os' | 'os_version'>,
): string | null => withVersion(facts.os, facts.os_version);
