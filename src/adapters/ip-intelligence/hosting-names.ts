/** Raised with any change below, so that the version of the intelligence tells which rule classified an address. */
export const HOSTING_NAMES_VERSION = 1;

/** Words by which operators say themselves that they rent out servers. */
const HOSTING =
  /\b(?:[\p{L}\d]*hosting|webhost|vps|data ?cent(?:er|re)s?|colo|colocation|dedicated servers?|[\p{L}]*servers|bare ?metal|cloud)\b/iu;

/**
 * Words of those who (also) connect homes, phones, schools and offices: an operator with both serves people too, and
 * a wrong "hosting" costs an honest person a challenge, while a missed one leaves the other evidence.
 */
const PEOPLE =
  /telecom|telekom|telco|communica|comunica|broadband|cable|\bfib(?:er|re|ra)|mobile|mobil\b|wireless|wi-?fi|hotspot|\bisp\b|internet|provedor|provider|universit|college|school|bank|govern|ministr|hospital|telephone|relay|vpn|cloudflare|the cloud networks|zscaler|netskope|security|proxy/i;

/**
 * Whether the registered name of an autonomous system says that it rents out servers: `Contabo Hosting`, `Scala Data
 * Centers`, `FDCservers.net`. A rule of words for the thousands of small operators that no list of numbers holds;
 * silent on names that speak of access networks as well, and on gateways that people browse through.
 */
export function isHostingName(name: string): boolean {
  return HOSTING.test(name) && !PEOPLE.test(name);
}
