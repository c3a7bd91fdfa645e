import type { DecisionFacts } from '../api/types.ts';
import { browserWords, systemWords } from './client-words.ts';
import type { Format } from './format.ts';

/** `Berlin, DE`, `Germany`, or null when the place is not known. */
export const placeWords = (
  { city, country }: Pick<DecisionFacts, 'city' | 'country'>,
  format: Pick<Format, 'country'>,
): string | null => {
  if (country == null) return null;
  return city == null || city === '' ? format.country(country) : `${city}, ${country}`;
};

/** `Chrome 141 · Windows 10`, or null. */
export const clientWords = (
  facts: Pick<DecisionFacts, 'browser' | 'browser_major' | 'os' | 'os_version'>,
): string | null => {
  const words = [browserWords(facts), systemWords(facts)].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(' · ');
};

/** Name of the network, else its number, or null. */
export const networkWords = ({
  asn,
  as_name: name,
}: Pick<DecisionFacts, 'asn' | 'as_name'>): string | null => {
  if (name != null && name !== '') return name;
  return asn == null ? null : `AS${asn}`;
};
