import type { Facts } from '../../facts.ts';

/** Client facts that an application may or may not collect. */
export type ClientFact = 'device' | 'userAgent' | 'rtt' | 'headers';

const APPLICATION_SHARE = {
  device: 'carriesDevice',
  userAgent: 'carriesUserAgent',
  rtt: 'carriesRtt',
  headers: 'carriesHeaders',
} as const;

/** From here on "normally" is meant: one in ten may lack it. */
const NORMALLY = 0.9;
/** Fewer logins of the user or of the application say too little about what is normal. */
const MIN_USER_LOGINS = 5;
const MIN_APPLICATION_LOGINS = 50;

/**
 * Whether this user or this application normally carries the fact. Only then is its absence the observed value
 * *none*, and evidence: otherwise it is merely not collected.
 */
export function normallyCarries(facts: Facts, fact: ClientFact): boolean {
  const { profile, application } = facts;
  if (
    profile.known &&
    profile.value !== null &&
    profile.value.logins >= MIN_USER_LOGINS &&
    profile.value.carries[fact] >= NORMALLY
  ) {
    return true;
  }
  return (
    application.known &&
    application.value.logins >= MIN_APPLICATION_LOGINS &&
    application.value[APPLICATION_SHARE[fact]] >= NORMALLY
  );
}
