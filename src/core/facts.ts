import type { CellKind } from './campaign/cells.ts';
import type { CampaignKind } from './campaign/trace.ts';
import type { Known } from './known.ts';
import type { PopulationFacts } from './model/population.ts';
import type { Profile } from './profile.ts';

/**
 * What is known when deciding. Everything here was loaded or computed before the pure core runs, describes the
 * state *before* this event, and (for velocity) already counts the event itself, so that a dry run answers what
 * a live call would.
 */
export interface Facts {
  /** The user's learned profile; `null` when the user has none; `not_verified` for attempted and failed events. */
  readonly profile: Known<Profile | null>;
  /**
   * Whether the presented device is one of this user's established devices. The one learned thing that may be read
   * for unverified attempts. `not_collected` when no device id came.
   */
  readonly deviceIsTheirs: Known<boolean>;
  /** The parsed user agent; `not_collected` when none came. */
  readonly client: Known<ClientFacts>;
  readonly address: AddressFacts;
  readonly velocity: Known<VelocityFacts>;
  readonly sharing: Known<SharingFacts>;
  readonly application: Known<ApplicationFacts>;
  /** How common this event's values are among the tenant's people, and how often they fail. */
  readonly population: Known<PopulationFacts>;
  /** Where the auth server stands, for the physics of round-trip times; `unavailable` when the operator did not say. */
  readonly serverPlace: Known<{ readonly latitude: number; readonly longitude: number }>;
  /** Small integer keys under which the profile remembers this event's values. */
  readonly features: Features;
}

/** A user agent as parsed by an adapter; families are lower-case (`chrome`, `windows`). */
export interface ClientFacts {
  readonly browserFamily: string | null;
  readonly browserMajor: number | null;
  readonly osFamily: string | null;
  readonly osVersion: string | null;
  readonly deviceType: 'desktop' | 'mobile' | 'tablet' | 'bot' | 'other';
  /** `headless`: a driven browser; `crawler`: a self-declared robot; `library`: an HTTP library or tool. */
  readonly automation: 'headless' | 'crawler' | 'library' | null;
  readonly automationName: string | null;
  /** Approximate release day of this browser major (days since 1970-01-01), from public release trains. */
  readonly released_day: number | null;
}

export type AddressKind =
  | 'public'
  | 'private'
  | 'cgnat'
  | 'loopback'
  | 'link_local'
  | 'unique_local'
  | 'reserved';

export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly region: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Radius within which the true place lies, as the source states it. */
  readonly accuracy_km: number | null;
}

export interface AutonomousSystem {
  readonly number: number;
  readonly name: string | null;
}

/** What IP intelligence knows about the address. All from memory. */
export interface AddressFacts {
  readonly kind: AddressKind;
  readonly version: 4 | 6;
  /** The /24 (IPv4) or /48 (IPv6) in CIDR text. */
  readonly network: string;
  /** `not_public` for non-public addresses, `unavailable` when no source knows the address. */
  readonly place: Known<Place>;
  readonly as: Known<AutonomousSystem>;
  /** Distinct classes; an address may be in several. */
  readonly hosting: boolean;
  readonly vpn: boolean;
  readonly tor: boolean;
  /** A privacy relay run by a platform (Apple Private Relay and the like): honest people, coarse place. */
  readonly relay: boolean;
  readonly residentialProxy: boolean;
  /** A mobile carrier's egress: the place is the gateway's, not the phone's. */
  readonly mobile: boolean;
  /** Names of the configured blocklists that hold this address (threat feeds, not the policy's own lists). */
  readonly blocklists: readonly string[];
}

/** Counts within (t − window, t] in event time, this event included. */
export interface FailureCounts {
  readonly failures_10m: number;
  readonly failures_1h: number;
  readonly failures_24h: number;
  /** Distinct users (or typed names) that failed; saturates at 128. */
  readonly failedUsers_1h: number;
  readonly failedUsers_24h: number;
  /** Longest run of near-equal gaps between failures within the last hour: machine cadence. */
  readonly regularGaps_1h: number;
}

export interface VelocityFacts {
  /** Failures against this user (under id and typed name), from anywhere. `null`: the event names nobody. */
  readonly user: FailureCounts | null;
  /** Of `user`, the failures in 10 min, 1 h and 24 h that did not come from this event's device or address. */
  readonly userByOthers: {
    readonly failures_10m: number;
    readonly failures_1h: number;
    readonly failures_24h: number;
  } | null;
  /** Distinct /24 (or /48) networks from which this user was tried, this event included; saturates at 32. */
  readonly userNetworks_1h: number | null;
  readonly userNetworks_24h: number | null;
  readonly address: FailureCounts;
  readonly network: FailureCounts;
  /** `null`: no device id came. */
  readonly device: FailureCounts | null;
  /** The cells of traffic that this event lies in; `null`: it lies in none. */
  readonly cells: readonly CellFacts[] | null;
}

/** One cell of the tenant's traffic, and the campaign that goes on in it before this event. */
export interface CellFacts {
  readonly kind: CellKind;
  /** Accepted logins of the cell a minute; counted only where a campaign goes on. */
  readonly accepted_per_min: number;
  readonly campaign: CampaignFacts | null;
}

export interface CampaignFacts {
  /** `cmp_…` */
  readonly id: string;
  readonly kind: CampaignKind;
  readonly started_ms: number;
  readonly attempts: number;
  readonly users: number;
  readonly successes: number;
  /** Tries a minute since it began. */
  readonly attempts_per_min: number;
}

/** How many people share what we see, counted only from accepted logins: failures never make an address "shared". */
export interface SharingFacts {
  /** Distinct users with accepted logins at this address in the last 30 days; saturates at 128. */
  readonly addressUsers: number;
  readonly networkUsers: number;
  /** Distinct users with accepted logins on this device id in the last 30 days; 0 without a device id. */
  readonly deviceUsers: number;
  /** Distinct users that presented this device id at all within 24 h, verified or not. */
  readonly deviceUsersSeen_24h: number;
  /** Share of the tenant's accepted logins of the last day that came from this address, 0–1. */
  readonly addressShareOfTenant: number;
  /** Distinct users with accepted logins in the tenant in the last day; saturates at 128. */
  readonly tenantUsers_24h: number;
}

/** What accepted logins of this application normally carry (decayed over about 1,000 logins), each 0–1. */
export interface ApplicationFacts {
  /** Decayed number of accepted logins behind the shares. */
  readonly logins: number;
  readonly carriesDevice: number;
  readonly carriesUserAgent: number;
  readonly carriesRtt: number;
  readonly carriesHeaders: number;
  readonly carriesTlsFingerprint: number;
  readonly publicAddresses: number;
  /** Share of accepted logins of the tenant with the same browser family and operating system family. */
  readonly clientShare: number;
}

/** 32-bit keys of this event's values; `null` where the event lacks the value. */
export interface Features {
  readonly address: number | null;
  readonly network: number | null;
  readonly as: number | null;
  readonly country: number | null;
  /** Latitude and longitude on a 0.25° grid. */
  readonly place: number | null;
  readonly device: number | null;
  /** Browser family, major, operating system family and version together. */
  readonly client: number | null;
  readonly browser: number | null;
  readonly os: number | null;
  /** The TLS client fingerprint. */
  readonly tls: number | null;
  /** Hour of the week in UTC, 0 (Monday 00:00) – 167. */
  readonly hour: number;
}
