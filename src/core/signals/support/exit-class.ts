import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { abstain, evidence, type Finding, neutral } from '../../signal.ts';
import { addressSilence, addressWeight, operatorStrangeness } from './address.ts';
import { shareWhereOwnDeviceWas } from './own-device-place.ts';

/**
 * Evidence of a class of exits (hosting, VPN …): so many nats, less for users who habitually come through that
 * operator, and where colleagues were accepted or, of hosting alone, the user's own device was at the same address (a
 * company's own exit).
 */
export function judgeExit(event: LoginEvent, facts: Facts, isOne: boolean, nats: number): Finding {
  const silence = addressSilence(facts);
  if (silence !== null) return abstain(silence);
  if (!isOne) return neutral();
  const strangeness = operatorStrangeness(facts, event.occurredAt_ms);
  if (strangeness === 0) return neutral({ habitual: true });
  const users = facts.sharing.known ? facts.sharing.value.addressUsers : 0;
  const left = shareWhereOwnDeviceWas(facts, 'addresses', facts.features.address, event.occurredAt_ms);
  return evidence(nats * strangeness * addressWeight(facts) * left, {
    asn: facts.address.as.known ? facts.address.as.value.number : null,
    as_name: facts.address.as.known ? facts.address.as.value.name : null,
    address_users: users,
  });
}
