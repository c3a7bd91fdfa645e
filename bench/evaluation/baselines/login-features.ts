import type { DecisionRecord } from '../../../src/core/record.ts';

/** What the baselines look at: values as texts, coarser levels after finer ones. */
export interface LoginFeatures {
  readonly user: string;
  /** Address, AS, country. */
  readonly ip: readonly string[];
  /** User agent, browser with version, system with version, kind of device. */
  readonly ua: readonly string[];
  readonly country: string;
  /** Cookie; `null`: the application collects none. */
  readonly device: string | null;
}

/** The same facts that the engine had; `null` for an event without a known user. */
export function loginFeatures({ event, facts }: DecisionRecord): LoginFeatures | null {
  if (event.user.key === null) return null;
  const country = facts.country ?? '?';
  return {
    user: event.user.key,
    ip: [event.context.ip, `${facts.asn ?? '?'}`, country],
    ua: [
      event.context.userAgent ?? '',
      `${facts.browser} ${facts.browser_major}`,
      `${facts.os} ${facts.os_version}`,
      facts.device_type ?? '?',
    ],
    country,
    device: event.device?.key ?? null,
  };
}
