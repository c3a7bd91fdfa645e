import type { Campaign } from './generator/campaigns.ts';
import { ATTACKERS, type Attacker, LOOK_ALIKES } from './generator/event.ts';

/** What is compared. `gatehouse` is the product as it is. */
export const MODELS = ['gatehouse', 'freeman', 'freeman_conditional', 'new_country', 'new_device'] as const;
export type Model = (typeof MODELS)[number];

export type Scores = Readonly<Record<Model, number[]>>;

/** Columns of equal length, one entry an honest login of somebody who logged in before, in the order of time. */
export interface ScoredLogins {
  readonly user: number[];
  /** Honest logins of the user before this one. */
  readonly n: number[];
  readonly day: number[];
  /** Index into `LOOK_ALIKES`; −1: an ordinary login. */
  readonly lookAlike: number[];
  /** What the policy as shipped answered: 0 allow, 1 challenge, 2 block. */
  readonly answer: number[];
  /** See `createSignatureReader`. */
  readonly signature: number[];
  readonly score: Scores;
  /** Nats of each category after caps, in the order of `CATEGORIES`, login after login. */
  readonly share: number[];
  /** Raw log-odds of each signal, login after login. */
  readonly raw: number[];
}

/** One entry a takeover. */
export interface ScoredAttacks {
  readonly user: number[];
  readonly n: number[];
  readonly day: number[];
  /** Index into `ATTACKERS`. */
  readonly attacker: number[];
  readonly answer: number[];
  readonly signature: number[];
  readonly score: Scores;
  /** Nats of each category after caps, in the order of `CATEGORIES`, login after login. */
  readonly share: number[];
  /** Raw log-odds of each signal, login after login. */
  readonly raw: number[];
}

export interface PoisonTrial {
  readonly missed: number;
  /** Log-odds of the same attacker, in nats. */
  readonly before: number;
  readonly after: number;
  readonly quiet: number | null;
}

export interface Moment {
  /** Since the campaign began. */
  readonly after_ms: number;
  /** Which of its attempts that was. */
  readonly attempt: number;
}

export interface CampaignWatch {
  readonly campaign: Campaign;
  attempts: number;
  /** Failed attempts answered by more than `allow`. */
  noticed: number;
  /** The first of them; `null`: none. */
  first: Moment | null;
  /** When the engine first said that an attempt belongs to a campaign; `null`: never. */
  recognised: Moment | null;
}

/** Everything that one world gave. */
export interface ScoredWorld {
  readonly name: string;
  readonly users: number;
  readonly days: number;
  readonly events: number;
  readonly logins: ScoredLogins;
  readonly attacks: ScoredAttacks;
  readonly firstLogins: { count: number; challenged: number };
  readonly honestFailures: { count: number; noticed: number };
  readonly campaigns: readonly CampaignWatch[];
  /** Campaigns that the engine raised when none was under way. */
  readonly falseAlarms: number;
  readonly poison: readonly PoisonTrial[];
}

export function emptyScores(): Record<Model, number[]> {
  return { gatehouse: [], freeman: [], freeman_conditional: [], new_country: [], new_device: [] };
}

export const attackerIndex = (attacker: Attacker): number => ATTACKERS.indexOf(attacker);
export const lookAlikeIndex = (lookAlike: (typeof LOOK_ALIKES)[number] | null): number =>
  lookAlike === null ? -1 : LOOK_ALIKES.indexOf(lookAlike);
