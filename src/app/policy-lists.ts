import ipaddr from 'ipaddr.js';
import type { LoginEvent } from '../core/event.ts';
import type { Facts } from '../core/facts.ts';
import type { ListMatch, Policy, PolicyList } from '../core/policy.ts';

export type MatchLists = (policy: Policy, event: LoginEvent, facts: Facts) => readonly ListMatch[];

const NO_MATCHES: readonly ListMatch[] = Object.freeze([]);

interface CompiledList {
  readonly list: 'block' | 'allow';
  readonly networks: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];
  readonly asns: ReadonlySet<number>;
  readonly countries: ReadonlySet<string>;
  readonly userIds: ReadonlySet<string>;
}

/** Policies are immutable, so each is compiled once. */
const compiledLists = new WeakMap<Policy, readonly CompiledList[]>();

/**
 * Which of the policy's lists name an event; costs nothing without lists.
 *
 * The address is compared as an address, so that `::ffff:203.0.113.7`, written differently, is on the same list.
 */
export const matchLists: MatchLists = (policy, event, facts) => {
  if (policy.lists.length === 0) return NO_MATCHES;
  let lists = compiledLists.get(policy);
  if (lists === undefined) {
    lists = policy.lists.map(compile);
    compiledLists.set(policy, lists);
  }
  const address = ipaddr.process(event.context.ip);
  const matches: ListMatch[] = [];
  for (const list of lists) {
    const on = matchOn(list, event, facts, address);
    if (on !== null) matches.push({ list: list.list, on });
  }
  return matches;
};

const compile = (list: PolicyList): CompiledList => ({
  list: list.list,
  networks: list.networks.map((text) =>
    text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), text.includes(':') ? 128 : 32],
  ),
  asns: new Set(list.asns),
  countries: new Set(list.countries),
  userIds: new Set(list.userIds),
});

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
