/** The networks with most attempts of a campaign, and how many; at most 8. */
export interface TopNetworks {
  readonly networks: readonly string[];
  readonly attempts: readonly number[];
}

const MOST = 8;

export const NO_NETWORKS: TopNetworks = Object.freeze({ networks: [], attempts: [] });

/**
 * Counts one attempt, by the space-saving algorithm (Metwally, Agrawal, El Abbadi, "Efficient computation of frequent
 * and top-k elements in data streams", ICDT 2005): a newcomer takes the place of the rarest and its count, so that
 * counts are never too low and memory is bounded.
 */
export function addNetwork(top: TopNetworks, network: string): TopNetworks {
  const networks = [...top.networks];
  const attempts = [...top.attempts];
  let i = networks.indexOf(network);
  if (i < 0 && networks.length < MOST) {
    i = networks.length;
    networks.push(network);
    attempts.push(0);
  } else if (i < 0) {
    i = attempts.indexOf(Math.min(...attempts));
    networks[i] = network;
  }
  attempts[i] = (attempts[i] ?? 0) + 1;
  return { networks, attempts };
}
