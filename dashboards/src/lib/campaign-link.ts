import type { CampaignCell } from '../api/types.ts';
import { NO_BROWSER } from './decision-filter.ts';
import type { DecisionsSearch } from './url-state.ts';

/**
 * The traffic that a campaign was noticed in. Not its reason: tries before it was noticed have none, nor has a login of it
 * that got in on other evidence.
 */
export const cellSearch = ({
  kind,
  asn,
  client,
  network,
  tls_fingerprint,
}: CampaignCell): DecisionsSearch => {
  if (tls_fingerprint !== null) return { tls: tls_fingerprint };
  if (network !== null) return { network };
  if (asn === null) return {};
  return kind === 'as' ? { asn: String(asn), browser: client ?? NO_BROWSER } : { asn: String(asn) };
};
