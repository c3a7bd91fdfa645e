import type { DecisionRecord } from '../../../src/core/record.ts';

/**
 * What of a login the user had before, as one number: cookie, bound key, country, AS, /24, exact user agent, TLS
 * fingerprint, hosting, and how slow the way is beside the user's usual one. Two logins of the same signature are the
 * same to whoever sees only these, so the honest ones must be challenged with the attacks.
 */
export interface SignatureReader {
  of(decision: DecisionRecord): number;
  learn(decision: DecisionRecord): void;
}

interface Known {
  readonly values: Set<string>;
  meanRtt_ms: number | null;
  bound: boolean;
}

const valuesOf = ({ event, facts }: DecisionRecord): readonly string[] => [
  `d${event.device?.key}`,
  `c${facts.country}`,
  `a${facts.asn}`,
  `n${facts.network}`,
  `u${event.context.userAgent}`,
  `t${event.context.tlsFingerprint}`,
];

/** Whether the cookie was one that the user had before. */
export const hadCookie = (signature: number): boolean => ((signature >> 8) & 1) === 1;

export function createSignatureReader(): SignatureReader {
  const users = new Map<string, Known>();
  return {
    of(decision) {
      const known = users.get(decision.event.user.key ?? '');
      const rtt_ms = decision.event.context.rtt_ms;
      let signature = decision.facts.network_classes.includes('hosting') ? 1 : 0;
      for (const value of valuesOf(decision)) signature = signature * 2 + (known?.values.has(value) ? 1 : 0);
      signature = signature * 2 + (known?.bound === true && decision.event.device?.bound !== true ? 1 : 0);
      const ratio = rtt_ms === null || known?.meanRtt_ms == null ? 1 : rtt_ms / known.meanRtt_ms;
      return signature * 4 + (ratio < 1.3 ? 0 : ratio < 2 ? 1 : ratio < 4 ? 2 : 3);
    },
    learn(decision) {
      const key = decision.event.user.key ?? '';
      const known = users.get(key) ?? { values: new Set(), meanRtt_ms: null, bound: false };
      for (const value of valuesOf(decision)) known.values.add(value);
      const rtt_ms = decision.event.context.rtt_ms;
      if (rtt_ms !== null)
        known.meanRtt_ms = known.meanRtt_ms === null ? rtt_ms : 0.8 * known.meanRtt_ms + 0.2 * rtt_ms;
      known.bound ||= decision.event.device?.bound === true;
      users.set(key, known);
    },
  };
}
