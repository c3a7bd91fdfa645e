import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import { WEIGHTS } from '../../weights.ts';
import { isPlaceless } from './address.ts';
import { missesOwnDevice } from './device.ts';

const W = WEIGHTS.own_client;

/**
 * What a login from elsewhere gains in nats, 0 or more, by coming with a client (browser, system and their versions)
 * that is established with the user: ln(P / P_abroad), where P = c + (1 − c)·q is how likely an attacker shows it. The
 * share c copies it from the victim, the others show what is popular, and q is its part of the tenant's legitimate
 * logins. Who copies the client also takes a line near the victim, so c is small for attackers who come from a home
 * line anywhere. Where everybody has one client, q is near 1 and nothing is gained.
 *
 * None on an exit, where the proxies stand that forward the victim's own client, nor where no device is missed: users
 * whose browsers keep none have nothing but places to be told by. Failures do not enter, so that attackers cannot make a client common;
 * established accounts that begin to use it do, as they should.
 */
export function ownClientNats(event: LoginEvent, facts: Facts): number {
  const { profile, population, features } = facts;
  if (features.client === null || !profile.known || profile.value === null || !population.known) return 0;
  const { logins, clients } = population.value;
  if (logins < W.min_logins || isPlaceless(facts.address) || !missesOwnDevice(event, facts)) return 0;
  if (familiarity(profile.value, 'clients', features.client, event.occurredAt_ms).seen !== 'established')
    return 0;
  const q = Math.min(1, (clients.successes + 1) / (logins + 1));
  return Math.log(shownBy(W.cloning, q) / shownBy(W.cloning_abroad, q));
}

const shownBy = (cloning: number, q: number): number => cloning + (1 - cloning) * q;
