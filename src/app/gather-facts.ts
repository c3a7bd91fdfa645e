import { failureCounts, networkCounts } from '../core/activity.ts';
import { applicationFacts } from '../core/application-stats.ts';
import { acceptedRate } from '../core/campaign/background.ts';
import { type Cell, liveCampaign } from '../core/campaign/cell.ts';
import type { CellRef } from '../core/campaign/cells.ts';
import { countDistinct } from '../core/campaign/distinct.ts';
import { campaignKind, campaignRate } from '../core/campaign/trace.ts';
import { personOf } from '../core/effects.ts';
import type { LoginEvent } from '../core/event.ts';
import type {
  AddressFacts,
  CellFacts,
  ClientFacts,
  Facts,
  FailureCounts,
  Features,
  SharingFacts,
  VelocityFacts,
} from '../core/facts.ts';
import { familiarity } from '../core/familiarity.ts';
import { countryKey, placeKey } from '../core/geo.ts';
import { hash32 } from '../core/hash.ts';
import { type Known, known, unknown } from '../core/known.ts';
import { mayTeachPopulation, populationFacts, populationKeys } from '../core/model/population.ts';
import type { Profile } from '../core/profile.ts';
import type { Learnable, RecordedFacts } from '../core/record.ts';
import { acceptedLogins, isSharer, sharers } from '../core/sharing.ts';
import type { CounterView, StateView } from '../ports/risk-state.ts';

/** Where the auth server stands, for the physics of round-trip times; `null` when the operator did not say. */
export interface ServerPlace {
  readonly latitude: number;
  readonly longitude: number;
}

const HOUR_MS = 3_600_000;
const HOURS_A_WEEK = 168;
/** 1970-01-01 was a Thursday: hour 72 of a week that begins on Monday. */
const EPOCH_HOUR_OF_WEEK = 72;

/** Turns what was read into the facts of the core: the event itself is counted, and what must not be seen is hidden. */
export function gatherFacts(
  event: LoginEvent,
  address: AddressFacts,
  client: Known<ClientFacts>,
  state: StateView,
  serverPlace: ServerPlace | null,
  cellRefs: readonly CellRef[],
): Facts {
  const features = featuresOf(event, address, client);
  const verified = event.status === 'succeeded';
  return {
    // Answers about unverified attempts must not reveal accounts or places.
    profile: verified ? state.profile : unknown('not_verified'),
    deviceIsTheirs: deviceIsTheirs(event, state.profile, features),
    client,
    address,
    velocity: state.counters.known
      ? known(velocityOf(event, address, state.counters.value, cellRefs))
      : state.counters,
    sharing: state.counters.known ? known(sharingOf(event, state.counters.value)) : state.counters,
    application: state.counters.known
      ? known(applicationFacts(state.counters.value.application, features.browser, features.os))
      : state.counters,
    population: state.counters.known
      ? known(populationFacts(state.counters.value.population, populationKeys(features), event.occurredAt_ms))
      : state.counters,
    features,
    serverPlace: serverPlace === null ? unknown('unavailable') : known(serverPlace),
  };
}

function deviceIsTheirs(
  event: LoginEvent,
  profile: Known<Profile | null>,
  features: Features,
): Known<boolean> {
  if (features.device === null) return unknown('not_collected');
  if (!profile.known) return profile;
  if (profile.value === null) return known(false);
  return known(
    familiarity(profile.value, 'devices', features.device, event.occurredAt_ms).seen === 'established',
  );
}

/**
 * Whether a login is its user's own as far as may be read before it is verified: on an established device, or from a
 * network where this very user was let in before.
 */
export function isVouched(event: LoginEvent, facts: Facts, state: StateView): boolean {
  if (facts.deviceIsTheirs.known && facts.deviceIsTheirs.value) return true;
  if (event.user.key === null || facts.features.network === null || !state.counters.known) return false;
  return isSharer(state.counters.value.networkSharing, event.occurredAt_ms, hash32(event.user.key));
}

function velocityOf(
  event: LoginEvent,
  address: AddressFacts,
  counters: CounterView,
  cellRefs: readonly CellRef[],
): VelocityFacts {
  const at_ms = event.occurredAt_ms;
  const person = personOf(event);
  const alreadyCounted = (counters.attempt?.failedOn.length ?? 0) > 0;
  // The same try goes on: what stands for it as a failure is either this one or taken back by it.
  const pending = {
    failed: event.status === 'failed' && event.type !== 'logout' && !alreadyCounted,
    user: person === null ? null : hash32(person),
  };
  const takenBack = alreadyCounted && event.status === 'succeeded' ? 1 : 0;
  const counts = (activity: CounterView['user']): FailureCounts =>
    less(failureCounts(activity, at_ms, pending), takenBack);
  const byId = event.user.key === null ? null : counts(counters.user);
  const byName = event.user.loginKey === null ? null : counts(counters.login);
  const user = byId === null ? byName : byName === null ? byId : most(byId, byName);
  const network = hash32(address.network);
  const networksById = networkCounts(counters.user, at_ms, event.user.key === null ? null : network);
  const networksByName = networkCounts(counters.login, at_ms, event.user.loginKey === null ? null : network);
  return {
    user,
    userByOthers:
      user === null ? null : byOthers(user, counts(counters.userAtAddress), counts(counters.userOnDevice)),
    userNetworks_1h: user === null ? null : Math.max(networksById.hour, networksByName.hour),
    userNetworks_24h: user === null ? null : Math.max(networksById.day, networksByName.day),
    address: counts(counters.address),
    network: counts(counters.network),
    device: event.device?.key == null ? null : counts(counters.device),
    cells:
      cellRefs.length === 0 ? null : cellRefs.map(({ kind }, i) => cellFacts(kind, counters.cells[i], at_ms)),
  };
}

function cellFacts(kind: CellFacts['kind'], cell: Cell | undefined, at_ms: number): CellFacts {
  const campaign = liveCampaign(cell, at_ms);
  if (cell === undefined || campaign === null) return QUIET[kind];
  return {
    kind,
    accepted_per_min: acceptedRate(cell.background),
    campaign: {
      id: campaign.id,
      kind: campaignKind(campaign),
      started_ms: campaign.started_ms,
      attempts: campaign.attempts,
      users: countDistinct(campaign.users),
      successes: campaign.successes,
      attempts_per_min: campaignRate(campaign),
    },
  };
}

/** Nearly every cell of nearly every login: made once. */
const QUIET: Readonly<Record<CellFacts['kind'], CellFacts>> = {
  as: { kind: 'as', accepted_per_min: 0, campaign: null },
  tls: { kind: 'tls', accepted_per_min: 0, campaign: null },
  network: { kind: 'network', accepted_per_min: 0, campaign: null },
};

/** What this event's own address and device did not do. Both may have seen the same failures, so the larger counts. */
function byOthers(
  user: FailureCounts,
  here: FailureCounts,
  onDevice: FailureCounts,
): NonNullable<VelocityFacts['userByOthers']> {
  return {
    failures_10m: Math.max(0, user.failures_10m - Math.max(here.failures_10m, onDevice.failures_10m)),
    failures_1h: Math.max(0, user.failures_1h - Math.max(here.failures_1h, onDevice.failures_1h)),
    failures_24h: Math.max(0, user.failures_24h - Math.max(here.failures_24h, onDevice.failures_24h)),
  };
}

function less(counts: FailureCounts, n: number): FailureCounts {
  if (n === 0) return counts;
  return {
    ...counts,
    failures_10m: Math.max(0, counts.failures_10m - n),
    failures_1h: Math.max(0, counts.failures_1h - n),
    failures_24h: Math.max(0, counts.failures_24h - n),
  };
}

function most(a: FailureCounts, b: FailureCounts): FailureCounts {
  return {
    failures_10m: Math.max(a.failures_10m, b.failures_10m),
    failures_1h: Math.max(a.failures_1h, b.failures_1h),
    failures_24h: Math.max(a.failures_24h, b.failures_24h),
    failedUsers_1h: Math.max(a.failedUsers_1h, b.failedUsers_1h),
    failedUsers_24h: Math.max(a.failedUsers_24h, b.failedUsers_24h),
    regularGaps_1h: Math.max(a.regularGaps_1h, b.regularGaps_1h),
  };
}

function sharingOf(event: LoginEvent, counters: CounterView): SharingFacts {
  const at_ms = event.occurredAt_ms;
  const tenantLogins = acceptedLogins(counters.tenantSharing, at_ms);
  return {
    addressUsers: sharers(counters.addressSharing, at_ms),
    networkUsers: sharers(counters.networkSharing, at_ms),
    deviceUsers: sharers(counters.deviceSharing, at_ms),
    deviceUsersSeen_24h: sharers(counters.deviceSeen, at_ms, 1),
    addressShareOfTenant:
      tenantLogins === 0 ? 0 : Math.min(1, acceptedLogins(counters.addressSharing, at_ms) / tenantLogins),
    tenantUsers_24h: sharers(counters.tenantSharing, at_ms, 1),
  };
}

export function featuresOf(event: LoginEvent, address: AddressFacts, client: Known<ClientFacts>): Features {
  const isPublic = address.kind === 'public';
  const place = address.place.known ? address.place.value : null;
  const c = client.known ? client.value : null;
  const browser = c?.browserFamily ?? null;
  const os = c?.osFamily ?? null;
  return {
    address: isPublic ? hash32(event.context.ip) : null,
    network: isPublic ? hash32(address.network) : null,
    as: address.as.known ? address.as.value.number >>> 0 : null,
    country: place === null ? null : countryKey(place.country),
    place:
      place === null || place.latitude === null || place.longitude === null
        ? null
        : placeKey(place.latitude, place.longitude),
    device: event.device?.key == null ? null : hash32(event.device.key),
    client: c === null ? null : hash32(`${browser}|${c.browserMajor}|${os}|${c.osVersion}|${c.deviceType}`),
    browser: browser === null ? null : hash32(browser),
    os: os === null ? null : hash32(os),
    tls: event.context.tlsFingerprint === null ? null : hash32(event.context.tlsFingerprint),
    hour: (Math.floor(event.occurredAt_ms / HOUR_MS) + EPOCH_HOUR_OF_WEEK) % HOURS_A_WEEK,
  };
}

/** What the record keeps for profiles to learn from. */
export function learnableOf(event: LoginEvent, facts: Facts): Learnable {
  const { address } = facts;
  return {
    features: facts.features,
    placeless:
      address.hosting ||
      address.vpn ||
      address.tor ||
      address.relay ||
      address.mobile ||
      address.residentialProxy,
    carries: {
      device: event.device?.key != null,
      userAgent: event.context.userAgent !== null,
      rtt: event.context.rtt_ms !== null,
      headers: event.context.headers !== null,
      tlsFingerprint: event.context.tlsFingerprint !== null,
    },
    bound: event.device?.bound === true,
    rtt_ms: event.context.rtt_ms,
    population: facts.profile.known && mayTeachPopulation(facts.profile.value, event.occurredAt_ms),
  };
}

/** The facts as analysts see them. */
export function recordedFacts(facts: Facts): RecordedFacts {
  const { address } = facts;
  const place = address.place.known ? address.place.value : null;
  const client = facts.client.known ? facts.client.value : null;
  const classes: string[] = [];
  if (address.hosting) classes.push('hosting');
  if (address.vpn) classes.push('vpn');
  if (address.tor) classes.push('tor');
  if (address.relay) classes.push('relay');
  if (address.residentialProxy) classes.push('residential_proxy');
  if (address.mobile) classes.push('mobile');
  return {
    country: place?.country ?? null,
    region: place?.region ?? null,
    city: place?.city ?? null,
    latitude: place?.latitude ?? null,
    longitude: place?.longitude ?? null,
    accuracy_km: place?.accuracy_km ?? null,
    asn: address.as.known ? address.as.value.number : null,
    as_name: address.as.known ? address.as.value.name : null,
    address_kind: address.kind,
    network: address.network,
    network_classes: classes,
    blocklists: address.blocklists,
    browser: client?.browserFamily ?? null,
    browser_major: client?.browserMajor ?? null,
    os: client?.osFamily ?? null,
    os_version: client?.osVersion ?? null,
    device_type: client?.deviceType ?? null,
    automation: client?.automation ?? null,
    profile_logins: facts.profile.known ? (facts.profile.value?.logins ?? null) : null,
    address_users: facts.sharing.known ? facts.sharing.value.addressUsers : null,
  };
}
