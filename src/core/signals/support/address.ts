import type { AddressFacts, Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import type { WhyUnknown } from '../../known.ts';
import { strangeness } from './novelty.ts';

/** Share of the tenant's accepted logins from which one address must be a proxy before the auth server. */
const PROXY_SHARE = 0.5;
/** Below so many users one office may honestly carry half of all logins. */
const PROXY_MIN_USERS = 50;
/** Beyond one user, every so many more halve, third, … what the address is worth as evidence. */
const SHARERS_PER_HALVING = 3;

/**
 * Why the address says nothing about the person, or `null` when it does: it is private, CGNAT or loopback, or one
 * address carries so many of all logins that it must belong to a proxy before the auth server.
 */
export function addressSilence(facts: Facts): WhyUnknown | null {
  if (facts.address.kind !== 'public') return 'not_public';
  if (!facts.sharing.known) return null;
  const { addressShareOfTenant, tenantUsers_24h } = facts.sharing.value;
  return addressShareOfTenant >= PROXY_SHARE && tenantUsers_24h >= PROXY_MIN_USERS ? 'shared_proxy' : null;
}

/**
 * What evidence about something shared is worth for one of its users, 1 when nobody else was accepted there, falling
 * as 1/n with the number of *accepted* users: 2 → 0.75, 4 → 0.5, 10 → 0.25. An office NAT mistypes more than a home,
 * and is less likely an attacker's own. Failures never make anything shared.
 */
export function sharingWeight(users: number): number {
  return 1 / (1 + Math.max(0, users - 1) / SHARERS_PER_HALVING);
}

/** `sharingWeight` of the address; 1 when it is unknown who shares it, because a lack of facts is no excuse. */
export function addressWeight(facts: Facts): number {
  return facts.sharing.known ? sharingWeight(facts.sharing.value.addressUsers) : 1;
}

/** Whether the address is the exit of something, so that its place says little about where the person is. */
export function isPlaceless(address: AddressFacts): boolean {
  return (
    address.vpn ||
    address.relay ||
    address.tor ||
    address.hosting ||
    address.mobile ||
    address.residentialProxy
  );
}

/** Whether the address is in a data centre, and no list names it as a public exit or blocks it: a company's gateway, for one. */
export function isGateway(address: AddressFacts): boolean {
  return address.hosting && !isPlaceless({ ...address, hosting: false }) && address.blocklists.length === 0;
}

/** Whether the user is established at this very address or its network. False when the profile may not be read. */
export function isHabitualAddress(facts: Facts, now_ms: number): boolean {
  const { profile, features } = facts;
  if (!profile.known || profile.value === null) return false;
  if (features.address !== null) {
    if (familiarity(profile.value, 'addresses', features.address, now_ms).seen === 'established') return true;
  }
  return (
    features.network !== null &&
    familiarity(profile.value, 'networks', features.network, now_ms).seen === 'established'
  );
}

/**
 * How foreign the network's operator is to the user, 1 for an AS never seen, 0 for an established one: people who
 * always come through a VPN or a cloud desktop are not suspicious for it. 1 when the profile may not be read, which
 * reveals nothing about the account.
 */
export function operatorStrangeness(facts: Facts, now_ms: number): number {
  const { profile, features } = facts;
  if (!profile.known || profile.value === null || features.as === null) return 1;
  return strangeness(familiarity(profile.value, 'ases', features.as, now_ms));
}
