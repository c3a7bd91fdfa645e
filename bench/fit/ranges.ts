import type { CategoryCaps } from '../../src/core/score.ts';
import type { WeightRange } from './stack-fit.ts';

/**
 * What one category may say in all, in nats, chosen before the fit: enough room that two changes of one category are
 * heard, and no more trust than a stolen cookie, address or habit may give. The usual hour counts beside
 * the usual distance, and both together may say somewhat more than the right password. Velocity has room for a long row
 * of failures to outweigh the right password, the usual network and the usual hour together.
 */
export const STACK_CAPS: CategoryCaps = {
  device: { positive: 6, negative: 4 },
  location: { positive: 4.5, negative: 0 },
  network: { positive: 5, negative: 1.5 },
  velocity: { positive: 7, negative: 0 },
  behaviour: { positive: 2, negative: 2.35 },
  account: { positive: 4.5, negative: 1.7 },
};

/** Without data a weight is 1; with it, it stays near enough that no world can turn a signal into another one. */
export const DEFAULT_RANGE: WeightRange = { least: 0.2, most: 1.3 };

/**
 * Where a fit must not go, because the generator does not know it: guessing against one user, rare countries and
 * credentials are real, and nobody in its worlds does the first. And where one observation must not decide alone.
 */
export const RANGES: Readonly<Record<string, WeightRange>> = {
  'device.unknown': { least: 0.5, most: 1.3 },
  'device.known': { least: 0.3, most: 0.85 },
  'device.unbound': { least: 0.9, most: 1.3 },
  'device.foreign_tls': { least: 0.2, most: 1 },
  'device.changed_os': { least: 0.2, most: 1.5 },
  'device.changed_browser': { least: 0.5, most: 1.3 },
  'device.new_client': { least: 0.2, most: 0.5 },
  'location.new_country': { least: 0.4, most: 1.5 },
  'location.new_place': { least: 0.3, most: 1.3 },
  'location.impossible_travel': { least: 0.7, most: 1.3 },
  'network.new_as': { least: 0.8, most: 1.8 },
  'network.attacked_operator': { least: 0.2, most: 0.9 },
  'network.known_address': { least: 0.5, most: 1.25 },
  'network.new_network': { least: 0.3, most: 1.4 },
  'velocity.user_failures': { least: 0.9, most: 1.1 },
  'velocity.address_failures': { least: 0.8, most: 1.1 },
  'velocity.address_users': { least: 0.8, most: 1.1 },
  'velocity.network_failures': { least: 0.8, most: 1.1 },
  'velocity.network_users': { least: 0.8, most: 1.1 },
  'velocity.device_failures': { least: 0.8, most: 1.1 },
  'velocity.device_users': { least: 0.8, most: 1.1 },
  'velocity.user_networks': { least: 0.8, most: 1.1 },
  'velocity.regular_cadence': { least: 0.8, most: 1.1 },
  'velocity.campaign': { least: 0.5, most: 1.1 },
  // Its attackers keep hours of their own more strictly than real ones, and nobody in its worlds changes the time zone.
  'behaviour.unusual_hour': { least: 0.2, most: 0.9 },
  'account.credential_compromised': { least: 1, most: 1 },
  'account.right_credential': { least: 0, most: 1.1 },
};

/** Weights that calibration must not raise further, before the factor that is common to all weights and caps. */
export const MOST_AFTER_CALIBRATION: Readonly<Record<string, number>> = {
  // A new device, operator and country together are a holiday with a new phone: a challenge, and never `high`. Nor must
  // ten missed logins of an attacker within a week, which make all this half familiar, be worth five nats.
  'device.unknown': 1.3,
  'device.changed_os': 2.4,
  // Whoever moves to another browser moves with a new cookie: a little more than a new version of the usual browser says
  // (or it would pay to be less like the user), and no more.
  'device.changed_browser': 1.1,
  'device.new_client': 0.63,
  'location.new_country': 1,
  // What is taken from a new country must not come back as distance.
  'location.new_place': 1,
  'network.new_as': 2.25,
  'network.new_network': 2.3,
  // Alone within its category's cap.
  'location.impossible_travel': 1.45,
  // One verdict moves no other user by half a nat.
  'device.attacked_client': 1.4,
  // No more than what the new country says, which it leaves out (`attackedNats`).
  'network.attacked_operator': 1,
  // Still the first that vouches, and a copied cookie carries all of it. A little less than a fit would give to this and
  // to the missing cookie, which hardly costs takeovers and spares those whose cookie got lost away from home.
  'device.known': 0.74,
  'device.unbound': 1.2,
  'network.known_address': 1.25,
  'behaviour.unusual_rtt': 1.15,
  'account.credential_compromised': 1,
  'account.first_login': 1,
  'account.right_credential': 1.7,
  'velocity.user_failures': 1.25,
  'velocity.address_failures': 1.1,
  'velocity.address_users': 1.1,
  'velocity.network_failures': 1.1,
  'velocity.network_users': 1.1,
  'velocity.device_failures': 1.1,
  'velocity.device_users': 1.1,
  'velocity.user_networks': 1.1,
  'velocity.regular_cadence': 1.1,
  'velocity.campaign': 1.1,
};

/** Clips of the raw log-odds, for judges that can say more than one observation should. */
export const CLIPS: Readonly<Record<string, { readonly lo: number; readonly hi: number }>> = {
  'device.foreign_tls': { lo: 0, hi: 2.5 },
  // Once weighed: the usual distance vouches for less than the user's own device, and an unusual one stays within the cap.
  'behaviour.unusual_rtt': { lo: -1.6, hi: 1.73 },
};
