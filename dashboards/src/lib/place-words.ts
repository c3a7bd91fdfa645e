import type { Decision } from '../api/types.ts';
import { browserWords, systemWords } from './client-words.ts';
import type { Format } from './format.ts';

/** `Berlin, DE`, `Germany`, or null when the place is not known. */
export const placeWords = (decision: Decision, format: Pick<Format, 'country'>): string | null => {
  const { city, country } = decision.facts ?? {};
  if (country == null) return null;
  return city == null ? format.country(country) : `${city}, ${country}`;
};

/** `Chrome 141 · Windows 10`, or null. */
export const clientWords = (decision: Decision): string | null => {
  const facts = decision.facts ?? {};
  const words = [browserWords(facts), systemWords(facts)].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(' · ');
};

/** Name of the network, else its number, or null. */
export const networkWords = (decision: Decision): string | null => {
  const { asn, as_name: name } = decision.facts ?? {};
  if (name != null && name !== '') return name;
  return asn == null ? null : `AS${asn}`;
};
