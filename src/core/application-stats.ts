import type { ApplicationFacts } from './facts.ts';
import type { Learnable } from './record.ts';

/**
 * What accepted logins of one application normally carry, decayed over about 1,000 logins. Tells a login that lacks
 * its cookie from an application that never had cookies.
 */
export interface ApplicationStats {
  logins: number;
  device: number;
  userAgent: number;
  rtt: number;
  headers: number;
  tlsFingerprint: number;
  publicAddresses: number;
  /** 32-bit keys of browser family × operating system family with decayed counts; at most 64, rarest dropped. */
  clients: number[];
  clientLogins: number[];
}

const MEMORY = 1_000;
const MAX_CLIENTS = 64;

export const emptyApplicationStats = (): ApplicationStats => ({
  logins: 0,
  device: 0,
  userAgent: 0,
  rtt: 0,
  headers: 0,
  tlsFingerprint: 0,
  publicAddresses: 0,
  clients: [],
  clientLogins: [],
});

export function recordApplicationLogin(stats: ApplicationStats, learnable: Learnable): void {
  const keep = 1 - 1 / MEMORY;
  const { carries, features } = learnable;
  stats.logins = stats.logins * keep + 1;
  stats.device = stats.device * keep + (carries.device ? 1 : 0);
  stats.userAgent = stats.userAgent * keep + (carries.userAgent ? 1 : 0);
  stats.rtt = stats.rtt * keep + (carries.rtt ? 1 : 0);
  stats.headers = stats.headers * keep + (carries.headers ? 1 : 0);
  stats.tlsFingerprint = stats.tlsFingerprint * keep + (carries.tlsFingerprint ? 1 : 0);
  // `network` is null for addresses that are not public.
  stats.publicAddresses = stats.publicAddresses * keep + (features.network !== null ? 1 : 0);
  const family = clientFamily(features.browser, features.os);
  if (family === null) return;
  for (let i = 0; i < stats.clientLogins.length; i++)
    stats.clientLogins[i] = (stats.clientLogins[i] ?? 0) * keep;
  const i = stats.clients.indexOf(family);
  if (i >= 0) {
    stats.clientLogins[i] = (stats.clientLogins[i] ?? 0) + 1;
  } else if (stats.clients.length < MAX_CLIENTS) {
    stats.clients.push(family);
    stats.clientLogins.push(1);
  } else {
    let rarest = 0;
    for (let j = 1; j < stats.clientLogins.length; j++) {
      if ((stats.clientLogins[j] ?? 0) < (stats.clientLogins[rarest] ?? 0)) rarest = j;
    }
    stats.clients[rarest] = family;
    stats.clientLogins[rarest] = 1;
  }
}

export function applicationFacts(
  stats: ApplicationStats | undefined,
  browser: number | null,
  os: number | null,
): ApplicationFacts {
  if (stats === undefined || stats.logins === 0) {
    return {
      logins: 0,
      carriesDevice: 0,
      carriesUserAgent: 0,
      carriesRtt: 0,
      carriesHeaders: 0,
      carriesTlsFingerprint: 0,
      publicAddresses: 0,
      clientShare: 0,
    };
  }
  const n = stats.logins;
  const family = clientFamily(browser, os);
  const i = family === null ? -1 : stats.clients.indexOf(family);
  return {
    logins: n,
    carriesDevice: stats.device / n,
    carriesUserAgent: stats.userAgent / n,
    carriesRtt: stats.rtt / n,
    carriesHeaders: stats.headers / n,
    carriesTlsFingerprint: stats.tlsFingerprint / n,
    publicAddresses: stats.publicAddresses / n,
    clientShare: i >= 0 ? (stats.clientLogins[i] ?? 0) / n : 0,
  };
}

function clientFamily(browser: number | null, os: number | null): number | null {
  if (browser === null && os === null) return null;
  return (Math.imul(browser ?? 1, 0x9e3779b1) ^ (os ?? 1)) >>> 0;
}
