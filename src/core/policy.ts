import {
  acceptableMethods,
  friction,
  meetsRequirement,
  type Requirement,
  secondFactor,
} from './challenge.ts';
import type { Action, ChallengeDemand, Level } from './decision.ts';
import type { EventType, LoginEvent } from './event.ts';
import type { Facts } from './facts.ts';
import type { Score } from './score.ts';
import { isOwnDevice } from './signals/support/device.ts';

/** What a level demands. `methods: null` accepts any second factor. */
export interface LevelRule {
  readonly action: Action;
  readonly methods: readonly string[] | null;
  /** When the user has none of the acceptable methods: let in and tell the user, or refuse. */
  readonly noMethod: 'allow_notify' | 'block';
}

/** Validated data; an immutable version. A change makes the next version. */
export interface Policy {
  readonly id: string;
  readonly version: number;
  readonly mode: 'enforce' | 'monitor';
  /** Log-odds of a takeover before any evidence. */
  readonly priorLogOdds: number;
  /** Scores from which a level begins. */
  readonly thresholds: { readonly medium: number; readonly high: number; readonly block: number };
  readonly levels: Readonly<Record<Level, LevelRule>>;
  /** Block by score needs positive evidence of at least so many categories. */
  readonly blockMinCategories: number;
  /** Types that are at least challenged when the profile is missing or the level is medium, and when degraded. */
  readonly sensitiveTypes: readonly EventType[];
  /** Answer for a degraded decision on a sensitive type. */
  readonly degradedSensitive: Action;
  readonly challengeLifetime_s: number;
  /** Step-up is met by an authentication not older than this. */
  readonly freshness_s: number;
  /** A person's explicit word on who is kept out or let in; block wins over allow. */
  readonly lists: readonly PolicyList[];
}

/** Values as people write them; one that names the event is enough. */
export interface PolicyList {
  readonly list: 'block' | 'allow';
  /** Addresses and networks in CIDR text. */
  readonly networks: readonly string[];
  readonly asns: readonly number[];
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countries: readonly string[];
  readonly userIds: readonly string[];
}

/** Whether one of the policy's lists names this event. Looked up by the application; block wins over allow. */
export interface ListMatch {
  readonly list: 'block' | 'allow';
  /** What matched, for the record: `network`, `asn`, `country` or `user`. */
  readonly on: string;
}

/** Where a score stands: a level, or far enough above `high` to block. */
export type Band = Level | 'block';

/** The part of the policy that answered. */
export type Rule =
  | 'low_risk'
  | 'medium_risk'
  | 'high_risk'
  /** The score alone is enough to block. */
  | 'block_score'
  | 'block_list'
  | 'allow_list'
  | 'credential_compromised'
  | 'sensitive_type'
  | 'degraded_sensitive'
  /** The score would have blocked, but only thanks to what other people did. */
  | 'others_only'
  /** Ending a session is never refused. */
  | 'logout';

/** Rules that hold whatever the score, and the reason codes that name them. */
export type FloorCode =
  | 'policy.credential_compromised'
  | 'policy.sensitive_type'
  | 'policy.sensitive_without_history'
  | 'policy.degraded_sensitive';

export interface Ruling {
  readonly action: Action;
  readonly rule: Rule;
  /** `requirement_met`: what would be demanded was already shown. `no_method`: the user has nothing acceptable. */
  readonly because: 'rule' | 'requirement_met' | 'no_method';
  readonly challenge: ChallengeDemand | null;
  /** Floors that hold for this event, whether or not they decided. */
  readonly floors: readonly FloorCode[];
  /** What matched, for the two list rules. */
  readonly listedOn: string | null;
}

/** What a ruling rests on besides the score. */
export interface Circumstances {
  readonly floors: readonly FloorCode[];
  readonly knownGoodDevice: boolean;
}

const NO_FLOORS: readonly FloorCode[] = Object.freeze([]);

export function levelOf(policy: Pick<Policy, 'thresholds'>, score: number): Level {
  if (score >= policy.thresholds.high) return 'high';
  return score >= policy.thresholds.medium ? 'medium' : 'low';
}

/** The band of a score whose positive evidence comes from so many categories. */
export function bandOf(policy: Policy, score: number, categories: number): Band {
  return score >= policy.thresholds.block && categories >= policy.blockMinCategories
    ? 'block'
    : levelOf(policy, score);
}

/** The floors under this event at a level. They speak of verified acts; an unverified attempt is judged by its score. */
export function floorsOf(
  policy: Policy,
  event: LoginEvent,
  level: Level,
  profileMissing: boolean,
  degraded: boolean,
): readonly FloorCode[] {
  const compromised = event.authentication.credentialCompromised;
  const sensitive = event.status === 'succeeded' && policy.sensitiveTypes.includes(event.type);
  if (!compromised && !sensitive) return NO_FLOORS;
  const floors: FloorCode[] = [];
  if (compromised) floors.push('policy.credential_compromised');
  if (sensitive && degraded && policy.degradedSensitive !== 'allow') floors.push('policy.degraded_sensitive');
  if (sensitive && profileMissing) floors.push('policy.sensitive_without_history');
  else if (sensitive && level !== 'low') floors.push('policy.sensitive_type');
  return floors;
}

/**
 * Score and rules to an action; the most severe wins, with these exceptions:
 *
 * - A block list wins over everything, an allow list over everything else (both are a person's explicit word), and
 *   a logout is otherwise never refused.
 * - A block that would not stand on this login's own evidence (other people's failures, population and campaigns left
 *   out) becomes a challenge: by what the level demands, else by any method that the user has, else by friction.
 *   The owner of an account cannot be locked out by those who attack it. This holds for a block by score and for one
 *   because the user has no acceptable method.
 * - A block by score never falls on a known good device: one of the user's own, which trouble elsewhere on the account
 *   does not spoil, since strangers can cause that at will.
 */
export function evaluate(
  policy: Policy,
  event: LoginEvent,
  facts: Facts,
  score: Score,
  lists: readonly ListMatch[],
  degraded: boolean,
): Ruling {
  const listed = listRuling(lists);
  const level = levelOf(policy, score.score);
  // A profile that came too late is for the fallback of degraded decisions to answer.
  const profileMissing = facts.profile.known ? facts.profile.value === null : !degraded;
  const floors = floorsOf(policy, event, level, profileMissing, degraded);
  if (listed !== null) return { ...listed, floors };
  const circumstances = { floors, knownGoodDevice: isOwnDevice(event, facts) };
  const band = bandOf(policy, score.score, score.categories);
  const ownBand = bandOf(policy, score.ownScore, score.ownCategories);
  return rule(policy, event, facts, band, ownBand, circumstances);
}

/** The ruling for given bands, of all evidence and of the login's own. Lists are not its business. */
export function rule(
  policy: Policy,
  event: LoginEvent,
  facts: Facts,
  band: Band,
  ownBand: Band,
  circumstances: Circumstances,
): Ruling {
  if (event.type === 'logout') return plain('allow', 'logout', circumstances.floors);
  const ruling = ruleAt(policy, event, facts, band, circumstances);
  if (ruling.action !== 'block' || band === ownBand) return ruling;
  if (ruleAt(policy, event, facts, ownBand, circumstances).action === 'block') return ruling;
  if (band === 'block') {
    const below = ruleAt(policy, event, facts, 'high', circumstances);
    if (below.action !== 'block') return { ...below, rule: 'others_only' };
  }
  const level = band === 'block' ? 'high' : band;
  const challenge =
    demand(event, facts, policy.levels[level].methods) ?? demand(event, facts, null) ?? friction(facts);
  return { ...plain('challenge', 'others_only', circumstances.floors), challenge };
}

function ruleAt(
  policy: Policy,
  event: LoginEvent,
  facts: Facts,
  band: Band,
  { floors, knownGoodDevice }: Circumstances,
): Ruling {
  const level = band === 'block' ? 'high' : band;
  const ofLevel = policy.levels[level];
  if (band === 'block' && !knownGoodDevice) return plain('block', 'block_score', floors);
  if (ofLevel.action === 'block' && !knownGoodDevice) return plain('block', `${level}_risk`, floors);

  const compromised = floors.includes('policy.credential_compromised');
  const fallback = floors.includes('policy.degraded_sensitive');
  if (fallback && policy.degradedSensitive === 'block') {
    return plain('block', 'degraded_sensitive', floors);
  }
  let required: Requirement = ofLevel.methods;
  let noMethod = ofLevel.noMethod;
  let name: Rule = `${level}_risk`;
  if (ofLevel.action === 'allow') {
    const floor = demandingFloor(floors);
    if (floor === null) return plain('allow', name, floors);
    required = policy.levels.medium.methods;
    noMethod = policy.levels.medium.noMethod;
    name = floor;
  }
  // A leaked credential proves nothing, so nobody is let in on it alone: without a second factor only a reset helps.
  if (compromised) noMethod = 'block';

  if (event.status !== 'succeeded') {
    return { ...plain('challenge', name, floors), challenge: friction(facts) };
  }
  if (meetsRequirement(event, required, policy.freshness_s)) {
    return { ...plain('allow', name, floors), because: 'requirement_met' };
  }
  const challenge = demand(event, facts, required);
  if (challenge !== null) return { ...plain('challenge', name, floors), challenge };
  return { ...plain(noMethod === 'block' ? 'block' : 'allow', name, floors), because: 'no_method' };
}

/** What to ask for, or `null` when the user has nothing acceptable. */
function demand(event: LoginEvent, facts: Facts, required: Requirement): ChallengeDemand | null {
  if (event.status !== 'succeeded') return friction(facts);
  const methods = acceptableMethods(event, required);
  return methods !== null && methods.length === 0 ? null : secondFactor(methods, required);
}

/** The floor that turns an allowed event into a challenged one. */
function demandingFloor(floors: readonly FloorCode[]): Rule | null {
  if (floors.includes('policy.credential_compromised')) return 'credential_compromised';
  if (floors.includes('policy.sensitive_without_history') || floors.includes('policy.sensitive_type')) {
    return 'sensitive_type';
  }
  return floors.includes('policy.degraded_sensitive') ? 'degraded_sensitive' : null;
}

function listRuling(lists: readonly ListMatch[]): Ruling | null {
  if (lists.length === 0) return null;
  const match = lists.find(({ list }) => list === 'block') ?? lists[0];
  if (match === undefined) return null;
  const ruling =
    match.list === 'block'
      ? plain('block', 'block_list', NO_FLOORS)
      : plain('allow', 'allow_list', NO_FLOORS);
  return { ...ruling, listedOn: match.on };
}

function plain(action: Action, name: Rule, floors: readonly FloorCode[]): Ruling {
  return { action, rule: name, because: 'rule', challenge: null, floors, listedOn: null };
}
