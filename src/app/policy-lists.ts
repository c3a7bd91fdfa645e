import ipaddr from 'ipaddr.js';
import type { LoginEvent } from '../core/event.ts';
import type { Facts } from '../core/facts.ts';
import type { ListMatch, Policy } from '../core/policy.ts';

/** A person's explicit word on who is let in or kept out. Values as people write them. */
export interface PolicyList {
  readonly list: 'block' | 'allow';
  /** Addresses and networks in CIDR text. */
  readonly networks: readonly string[];
  readonly asns: readonly number[];
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  readonly userIds: readonly string[];
}

export type MatchLists = (policy: Policy, event: LoginEvent, facts: Facts) => readonly ListMatch[];

const NO_MATCHES: readonly ListMatch[] = Object.freeze([]);

interface CompiledList {
  readonly list: 'block' | 'allow';
  readonly networks: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];
  readonly asns: ReadonlySet<number>;
  readonly countries: ReadonlySet<string>;
  readonly userIds: ReadonlySet<string>;
}

/** Which lists name an event. Compiled once; without lists it costs nothing. */
export function createListMatcher(lists: readonly PolicyList[]): MatchLists {
  const compiled: readonly CompiledList[] = lists.map((list) => ({
    list: list.list,
    networks: list.networks.map((text) =>
      text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), text.includes(':') ? 128 : 32],
    ),
    asns: new Set(list.asns),
    countries: new Set(list.countries.map((country) => country.toUpperCase())),
    userIds: new Set(list.userIds),
  }));
  if (compiled.length === 0) return () => NO_MATCHES;

  return (_policy, event, facts) => {
    const matches: ListMatch[] = [];
    const address = ipaddr.parse(event.context.ip);
    for (const list of compiled) {
      const on = matchOn(list, event, facts, address);
      if (on !== null) matches.push({ list: list.list, on });
    }
    return matches;
  };
}

function matchOn(
  list: CompiledList,
  event: LoginEvent,
  facts: Facts,
  address: ipaddr.IPv4 | ipaddr.IPv6,
): string | null {
  if (event.user.id !== null && list.userIds.has(event.user.id)) return 'user';
  for (const [network, bits] of list.networks) {
    if (network.kind() === address.kind() && address.match(network, bits)) return 'network';
  }
  if (facts.address.as.known && list.asns.has(facts.address.as.value.number)) return 'asn';
  if (facts.address.place.known && list.countries.has(facts.address.place.value.country)) return 'country';
  return null;
}
