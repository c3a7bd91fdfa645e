import type { CategoryCaps } from './score.ts';

/**
 * The judges' own numbers, in nats unless a name says otherwise: the shape of what each signal says, before the fitted
 * weights of `model/` say how much of it counts. A nat is a factor of e in the odds: +0.7 doubles them, +2.3 makes them
 * tenfold.
 *
 * `theta`, `discount`: see `novelty.ts`; starting values of this project's own synthetic experiments.
 * `trust`: the part of a log-odds that a judge believes, below 1 because real attackers share much with their victims.
 */
export const WEIGHTS = {
  'device.unknown': {
    theta: 0.5,
    discount: 0.15,
    /**
     * A fifth of honest logins may lack a known cookie: 16.6 % did in our synthetic population with frequent browser
     * updates and many phones, rounded up. So the most that this signal says is ln 5 = 1.61.
     */
    honest_churn: 0.2,
    /** No cookie where nearly the whole application sends one, on top of the above. */
    application_none: 0.6,
    /** From here on the missing device explains a change of system or browser as well. */
    telling_nats: 0.3,
  },
  'device.known': {
    /** After one full login and per e-fold of further ones; never less for an established device. */
    base: 1.5,
    per_e_fold: 0.45,
    least: 0.8,
    /** A cookie can be copied: possession is believed up to here … */
    max: 2.5,
    /** … and further only with a key that cannot be. */
    bound_bonus: 1.5,
    max_bound: 4,
    /** The user has a bound device and did not prove one: the cookie alone may be a copy. */
    max_unbound: 0.5,
    provisional: 0.3,
    /** Unverified attempt: only "is it theirs" may be read, not how well known it is. */
    unverified: 1,
  },
  'device.unbound': {
    /** Infostealers copy cookies, not keys: more than any trust that the cookie's network and hour can give. */
    same_device: 4.8,
    /** People also have an older, unbound browser. */
    other_device: 0.6,
  },
  'device.changed_os': { theta: 0.35, discount: 0.15, trust: 0.5, max_nats: 1 },
  'device.changed_browser': { theta: 0.9, discount: 0.3, trust: 0.35, max_nats: 0.7 },
  'device.change': {
    /** Cookies do not wander between systems or browsers: on the user's own device a change hints at a copied one. */
    on_own_device: 1.5,
    /** A new phone changes id, system and browser at once: three findings of one fact. */
    beside_missing_device: 0.5,
  },
  'device.old_client': {
    /** A release train of 4–6 weeks leaves honest stragglers of two years (locked-down computers, old phones). */
    free_years: 2,
    per_year: 0.25,
    max: 0.8,
  },
  'device.rare_client': {
    /** Shares above this are ordinary. */
    below_share: 0.01,
    per_e_fold: 0.2,
    max: 0.6,
    min_logins: 200,
  },
  'device.new_client': {
    theta: 0.9,
    discount: 0.3,
    trust: 0.25,
    /** Below what a new browser says beside a missing device: to be less like the user must not look better. */
    max_nats: 0.6,
  },
  'device.foreign_tls': {
    /** Below this share of a browser's logins a TLS hello is not one of that browser's. */
    below_share: 0.05,
    /** Logins with the browser from which its hellos are known. */
    min_logins: 20,
    max: 4,
  },
  'device.attacked_client': { max: 2.5 },
  'device.automation': {
    headless: 2,
    library: 1.8,
    /** A search engine's robot has no account; whoever claims to be one and logs in lies. */
    crawler: 2.2,
    bot: 1.5,
    /** No user agent where one is normally sent: at least what a new system and browser would have said. */
    none: 1.8,
    /** The user's own habitual robot (a script, a monitor). */
    habitual_share: 0.1,
    /** With this share of an application's logins it is the application's own client. */
    ordinary_share: 0.05,
    min_logins: 200,
  },
  'device.many_users': {
    /** Families and shared desks. */
    free_users: 3,
    per_e_fold: 0.8,
    max: 2,
    /** Accepted users explain themselves (a kiosk, a constant id) and are a hint at most. */
    accepted_per_e_fold: 0.15,
    accepted_max: 0.4,
    own_device_share: 0.3,
  },
  'device.header_contradiction': {
    first: 1.5,
    further: 0.5,
    max: 2.5,
    /** Headers absent where they are normally sent. */
    none: 0.6,
    /** An odd set-up that the user always has. */
    habitual_share: 0.3,
  },

  own_client: {
    /**
     * Share of attackers without the user's cookie who show the victim's very client: those who target, forward or
     * drip, a fifth of the mixture that evaluations assume …
     */
    cloning: 0.2,
    /** … and of those who come from a home line anywhere in the world. */
    cloning_abroad: 0.05,
    /** Logins of the tenant from which it is known how common a client is. */
    min_logins: 100,
  },
  own_device_place: {
    /** Of what is new where the own device was: a cookie may be copied, and others use the same operator. */
    share: 0.3,
    /** The same at the very address, with a browser and a system that are the user's: a café has other guests. */
    share_at_address: 0.1,
  },
  'location.new_country': {
    theta: 0.15,
    discount: 0.1,
    trust: 0.5,
    max_nats: 1.6,
    /** The country is the exit's, and the class of the exit speaks for itself. */
    placeless_share: 0.6,
    mobile_share: 0.7,
    /** People travel with their devices; a copied cookie does too, so something is left. */
    own_device_share: 0.5,
  },
  'location.new_place': {
    theta: 0.6,
    discount: 0.25,
    trust: 0.35,
    max_nats: 0.9,
    /** Distance beyond both error radii at which 63 % of the evidence is reached: a day trip is no news. */
    scale_km: 300,
    /** Within this of a usual place is the usual place. */
    near_km: 50,
    /** From this accuracy on the source knows no more than the country. */
    imprecise_km: 200,
    /** Used when the source states none: typical of city-level data. */
    assumed_accuracy_km: 50,
    /** The country was new already and says most of it. */
    new_country_share: 0.4,
    placeless_share: 0.4,
    own_device_share: 0.5,
  },
  'location.impossible_travel': {
    max: 3,
    /** Cruising speed of airliners; the logistic's middle. */
    speed_kmh: 900,
    /** Steepness in log-speed: 450 km/h → 6 %, 900 → 50 %, 1,800 → 94 %. */
    steepness: 4,
    /** Below so many km, wrong geo data is likelier than travel; full weight from `sure_km`. */
    free_km: 100,
    sure_km: 500,
    assumed_accuracy_km: 50,
    /** Either end is an exit of a VPN, relay, carrier, hosting or Tor: its place is not the person's. */
    placeless_share: 0.25,
    both_placeless_share: 0.1,
    /** The id of the last login's browser came back: switching a VPN on, or a copied cookie. */
    same_device_share: 0.35,
    /** Another device of the user's own: one of the two is behind an exit that no list names, or its cookie was copied. */
    own_device_share: 0.35,
    /** The present place was accepted before, without having become a habit yet. */
    provisional_share: 0.35,
  },

  'network.new_as': {
    theta: 0.6,
    discount: 0.25,
    trust: 0.45,
    max_nats: 1.2,
    /** Relays rotate between their operators. */
    relay_share: 0.2,
    /** Phones wander between a carrier and every Wi-Fi. */
    mobile_share: 0.6,
    own_device_share: 0.5,
    /** In a new country every operator is new: at most this share is left out there … */
    abroad_share: 0.5,
    /**
     * … and at most this part of what the new country says, which behind an exit or at a shared address is little. Below
     * the least quotient of the two signals' weights in the stack (1 to 2.25), so that of these two going abroad never
     * says less than another operator at home.
     */
    told_by_country: 0.4,
  },
  'network.new_network': {
    theta: 1.2,
    discount: 0.35,
    trust: 1,
    max_nats: 2.5,
    /** What is left where the way is exactly as long as on a line of the user's: it got another address. */
    usual_way_share: 0.3,
  },
  'network.rare_operator': {
    /** Share of a country's logins from which an operator is one of its ordinary ones. */
    below_share: 0.02,
    min_logins: 50,
    max: 2.5,
  },
  /** That few people come through it is most of it, and `network.new_as` has said that already. */
  'network.attacked_operator': { max: 1.2, max_on_own_device: 0.4 },
  /** Attacks learned without labels, and verdicts: see `support/attacked.ts`. */
  attacked: {
    /** Share of attacks that are like those which fail. */
    stuffing: 0.5,
    /** The same of attacks that show a cookie of the user: it is copied from a machine, not guessed. */
    stuffing_on_own_device: 0.1,
    /** Excess failures below which a value is not called attacked, and the attack mass that is always presumed. */
    free_failures: 4,
    presumed: 20,
    min_logins: 100,
    /** Nats of verdicts: scale · ln(1 + verdicts / half), 0.14 for the first. */
    verdict_nats: 0.35,
    verdict_half: 0.5,
  },
  'network.hosting': { nats: 1.5 },
  'network.vpn': { nats: 1.2 },
  'network.tor': { nats: 2.5 },
  /** Bought with a phone subscription by ordinary people; almost nothing. */
  'network.relay': { nats: 0.05 },
  /** Rented homes of strangers; the lists also hold their owners. */
  'network.residential_proxy': { nats: 1.3 },
  'network.blocklisted': { first: 1.2, further: 0.5, max: 2.2, habitual_share: 0.4 },
  'network.known_address': {
    address: 1.2,
    network: 0.8,
    as: 0.2,
    provisional: 0.1,
    /** Counts at which 63 % of the trust is reached. */
    scale_logins: 2,
    /** Exits are shared with strangers who never log in here. */
    exit_share: 0.4,
    /** Users at which trust in a shared address has halved. */
    halving_users: 40,
  },

  /**
   * Counts speak as slope · ln(1 + (n − free) / scale): the step from 5 to 50 failures says as much as from 50 to
   * 500. `free` is what honest people produce. The strongest window counts.
   */
  'velocity.user_failures': {
    m10: { free: 3, scale: 3, slope: 1.25 },
    h1: { free: 6, scale: 6, slope: 1.1 },
    h24: { free: 12, scale: 12, slope: 0.9 },
    max: 4.5,
    /** What others' failures are worth on the user's own device, and at the user's habitual address. */
    others_on_own_device: 0.1,
    others_at_habitual_address: 0.5,
  },
  'velocity.address_failures': {
    m10: { free: 6, scale: 5, slope: 0.9 },
    h1: { free: 12, scale: 10, slope: 0.8 },
    h24: { free: 30, scale: 20, slope: 0.7 },
    max: 3,
    free_per_user: 3,
    habitual_share: 0.5,
    own_device_share: 0.3,
  },
  'velocity.address_users': {
    h1: { free: 2, scale: 2, slope: 1.1 },
    h24: { free: 5, scale: 4, slope: 0.9 },
    max: 4,
    /** Of people who share an address some always mistype. */
    free_per_user: 0.5,
    habitual_share: 0.5,
    own_device_share: 0.3,
  },
  'velocity.network_failures': {
    m10: { free: 20, scale: 15, slope: 0.6 },
    h1: { free: 40, scale: 30, slope: 0.6 },
    h24: { free: 100, scale: 60, slope: 0.5 },
    max: 1.8,
    free_per_user: 3,
    habitual_share: 0.5,
    own_device_share: 0.3,
  },
  'velocity.network_users': {
    h1: { free: 5, scale: 4, slope: 0.7 },
    h24: { free: 12, scale: 8, slope: 0.6 },
    max: 2.2,
    free_per_user: 0.5,
    habitual_share: 0.5,
    own_device_share: 0.3,
  },
  'velocity.device_failures': {
    m10: { free: 5, scale: 4, slope: 0.9 },
    h1: { free: 10, scale: 8, slope: 0.8 },
    h24: { free: 20, scale: 15, slope: 0.7 },
    max: 3,
    free_per_user: 3,
    own_device_share: 0.4,
  },
  'velocity.device_users': {
    h1: { free: 1, scale: 1.5, slope: 1.1 },
    h24: { free: 2, scale: 2, slope: 1 },
    max: 4,
    free_per_user: 1,
    own_device_share: 0.4,
  },
  'velocity.user_networks': {
    h1: { free: 3, scale: 2, slope: 0.9 },
    h24: { free: 6, scale: 4, slope: 0.8 },
    max: 2.5,
    own_device_share: 0.2,
    habitual_share: 0.5,
  },
  'velocity.regular_cadence': {
    /** People press Enter in rhythm a few times; so many equal gaps in a row come from a timer. */
    run: { free: 3, scale: 2, slope: 0.5 },
    max: 1.8,
    own_device_share: 0.2,
  },

  'velocity.campaign': {
    /** Tries of stolen credentials that fit: 0.1–2 % are reported. */
    hit_rate: 0.01,
    /** Of accepted logins, the default prior's 0.5 %. */
    takeover_rate: 0.005,
    /** Accepted logins a minute below which a cell counts as hardly used. */
    quiet_per_min: 0.02,
    /** Below this a campaign is so thin among the cell's logins that it says nothing of one of them. */
    telling_nats: 0.1,
    /** Alone it makes a challenge. */
    max: 3,
    own_device_share: 0.1,
    habitual_share: 0.5,
  },

  'behaviour.unusual_hour': {
    /** Concentration of the daily von Mises kernel: about ±1.7 h. */
    kappa_day: 5,
    /** Of the weekly one: working days resemble each other more than the weekend. */
    kappa_week: 0.5,
    /** Share of logins that keep no hours. */
    uniform: 0.2,
    /** Counts of history that weigh as much as knowing nothing. */
    shrink_logins: 3,
    min_logins: 10,
    max: 0.8,
    max_trust: 0.3,
  },
  'behaviour.impossible_rtt': {
    nats: 1,
    /** Light in fibre, c / 1.468 (group index of ITU-T G.652 fibre), rounded up, km/ms one way. */
    light_km_per_ms: 205,
    /** Clocks and geo data are not exact: only below this part of the least possible time. */
    margin: 0.9,
    imprecise_km: 200,
    assumed_accuracy_km: 50,
    none: 0.2,
  },

  'behaviour.unusual_rtt': {
    /** Least deviation, in ln ms, of the round trips of one line; of a system not met before, judged by the others. */
    least_sigma: 0.18,
    other_sigma: 0.55,
    /** Mean absolute deviation to standard deviation of a normal. */
    spread_to_sigma: 1.25,
    /** Share of honest logins whose time says nothing (slow hotel, background tab). */
    outliers: 0.15,
    /** Round trips of whoever comes from elsewhere: median 150 ms, deviation of the logarithm. */
    elsewhere_ms: 150,
    elsewhere_sigma: 0.9,
    min_weight: 2,
    /** Neighbours and proxies near by have the same times. */
    max_trust: 2,
  },

  'account.first_login': {
    /** Everybody has one. Below the 0.1 that makes a reason. */
    nats: 0.05,
    /** An account older than this has a history elsewhere. */
    old_days: 1,
  },
  'account.dormant': { free_days: 90, per_e_fold: 0.4, max: 0.9, own_device_share: 0.3 },
  'account.fresh': { hour: 0.4, day: 0.25, week: 0.1, skew_min: 5 },
  'account.right_credential': {
    /** The unit that the fit weighs. */
    nats: 1,
  },
  'account.credential_compromised': {
    /** Enough for `medium` at the default prior beside the trust of a usual network, hour and line. */
    nats: 4.5,
  },
} as const;

/**
 * What one category may say in all, in nats: signals of a category share causes, so their sum exaggerates.
 *
 * - device +4: a new phone gives id, system and browser; beyond 4 only the same fact repeats. −4: a hardware-bound
 *   key; a cookie alone ends at −2.5 by its own signal.
 * - location +4: country, place and travel see one journey. Nothing in it vouches: a place is shared with thousands.
 * - network +3: class, AS and lists describe one address. −1.5: an address never outweighs a stolen password.
 * - velocity +5: 147 failures in a row must reach a challenge against all the trust that a network can give. Few
 *   failures vouch for nobody.
 * - behaviour +1.2, −0.5: habits of time are weak and easily imitated.
 * - account +3: a leaked credential and little else.
 */
export const CATEGORY_CAPS: CategoryCaps = {
  device: { positive: 4, negative: 4 },
  location: { positive: 4, negative: 0 },
  network: { positive: 3, negative: 1.5 },
  velocity: { positive: 5, negative: 0 },
  behaviour: { positive: 1.2, negative: 0.5 },
  account: { positive: 3, negative: 0 },
};
