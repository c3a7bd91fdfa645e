/** Why a fact could not be had. To lack a fact is not to be safe: a signal that needs it abstains. */
export type WhyUnknown =
  /** The caller did not send it. */
  | 'not_collected'
  /** The user or subject has no history yet. */
  | 'no_history'
  /** The attempt is not verified, so nothing learned about the user may be read (answers must not reveal accounts). */
  | 'not_verified'
  /** It did not arrive before the deadline. */
  | 'timeout'
  /** Its source is gone or was never configured. */
  | 'unavailable'
  /** The address is private, CGNAT or loopback: it has no place and no owner. */
  | 'not_public'
  /** One address carries an implausible share of all users: a proxy stands before the auth server. */
  | 'shared_proxy'
  /** The data cannot tell (geo accuracy too coarse, value not parseable). */
  | 'imprecise';

export interface Unknown {
  readonly known: false;
  readonly why: WhyUnknown;
}

/** A fact that may be missing: either its value, or the reason why it is not there. */
export type Known<T> = { readonly known: true; readonly value: T } | Unknown;

export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const unknown = (why: WhyUnknown): Unknown => ({ known: false, why });
