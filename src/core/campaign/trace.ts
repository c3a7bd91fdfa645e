import type { Learning } from '../decision.ts';
import type { LoginEvent } from '../event.ts';
import { hash32 } from '../hash.ts';
import type { AttemptState, RecordSource } from '../record.ts';
import { type Cell, type CellCampaign, liveCampaign, type Observation, stepCell } from './cell.ts';
import type { CellKind, CellRef } from './cells.ts';
import { countDistinct } from './distinct.ts';

export type CampaignKind = 'stuffing' | 'spraying';

/** What a decision did to campaigns, kept in its record so that the fold needs nothing else. */
export interface CampaignTrace {
  /** The user's own device, or where the user is known: it speaks neither for nor against an attack. */
  readonly vouched: boolean;
  /** The campaign to which alarms at this event belong; `null`: to one of their own. */
  readonly joins: string | null;
  readonly marks: readonly CampaignMark[];
}

/** A campaign as it stands in one cell after a decision. */
export interface CampaignMark {
  /** `start`: this event raised it. `join`: it shows in one cell more. `update`: it goes on, or came back. */
  readonly phase: 'start' | 'join' | 'update';
  readonly id: string;
  readonly cell: CellKind;
  readonly kind: CampaignKind;
  readonly started_ms: number;
  readonly detected_ms: number;
  readonly lastSeen_ms: number;
  /** When it is over, should nothing more come. */
  readonly ends_ms: number;
  readonly attempts: number;
  readonly users: number;
  readonly successes: number;
  /** Distinct failing people a minute before it began. */
  readonly usualRate_per_min: number;
  readonly networks: readonly string[];
  readonly networkAttempts: readonly number[];
}

export const NO_CAMPAIGNS: CampaignTrace = Object.freeze({
  vouched: false,
  joins: null,
  marks: Object.freeze([]),
});

/** What of a decision its cells see. */
export interface Attempt {
  readonly event: LoginEvent;
  readonly source: RecordSource;
  readonly learning: Learning;
  /** CIDR text. */
  readonly network: string;
  /** The earlier event of the same attempt. */
  readonly supersedes: AttemptState | null;
}

/**
 * What an event says to its cells; `null`: nothing. A try counts once: not again when its failure was counted. Sessions
 * under way are no logins.
 */
export function observationOf(attempt: Attempt, vouched: boolean, joins: string | null): Observation | null {
  const { event, source, learning, supersedes } = attempt;
  if (source === 'dry_run' || event.type === 'logout' || event.type === 'session') return null;
  const failed = event.status === 'failed';
  if (failed ? (supersedes?.failedOn.length ?? 0) > 0 : event.status !== 'succeeded') return null;
  return {
    at_ms: event.occurredAt_ms,
    failed,
    // Of what was only reported nobody asked for a verdict: it got in unless its caller says otherwise.
    accepted: !failed && (learning !== 'none' || (source === 'event' && event.disposition !== 'rejected')),
    vouched,
    people: peopleOf(event),
    network: attempt.network,
    joins,
  };
}

/** The typed name first, for failures mostly have only that; the address stands for nobody. */
function peopleOf(event: LoginEvent): readonly number[] {
  const { key, loginKey } = event.user;
  if (loginKey === null && key === null) return [hash32(event.context.ip)];
  if (loginKey === null || key === null) return [hash32(loginKey ?? key ?? '')];
  return [hash32(loginKey), hash32(key)];
}

/** What a decision does to the campaigns of its cells. `cells`: as they stand before it, one for each of `refs`. */
export function traceOf(
  refs: readonly CellRef[],
  cells: readonly (Cell | undefined)[],
  attempt: Attempt,
  vouched: boolean,
): CampaignTrace {
  const at_ms = attempt.event.occurredAt_ms;
  let joins: string | null = null;
  for (const cell of cells) joins ??= liveCampaign(cell, at_ms)?.id ?? null;
  const seen = observationOf(attempt, vouched, joins);
  if (seen === null) return { vouched, joins: null, marks: NO_CAMPAIGNS.marks };
  const marks: CampaignMark[] = [];
  for (const [i, { kind, subject }] of refs.entries()) {
    const before = cells[i];
    // Who gets in says something only where a campaign goes on.
    if (!seen.failed && before?.campaign == null) continue;
    const after = stepCell(before, subject, { ...seen, joins })?.campaign ?? null;
    if (after === null || after === before?.campaign) continue;
    const last = before?.campaign ?? null;
    if (isTold(last, after)) {
      const phase = last?.id === after.id ? 'update' : joins === after.id ? 'join' : 'start';
      marks.push(markOf(after, kind, phase));
    }
    joins ??= after.id;
  }
  return { vouched, joins, marks };
}

/**
 * Not every attempt of a campaign is told: the first hundred are, then each percent and each second. So counts are right
 * within 1 % from the first second on, and a flood writes no more rows than seconds and a few hundred.
 */
function isTold(before: CellCampaign | null, after: CellCampaign): boolean {
  if (before === null || before.id !== after.id || after.attempts <= 100) return true;
  const second = (at_ms: number): number => Math.floor(at_ms / 1_000);
  return (
    before.successes !== after.successes ||
    second(before.last_ms) !== second(after.last_ms) ||
    after.attempts % Math.ceil(after.attempts / 100) === 0
  );
}

function markOf(after: CellCampaign, cell: CellKind, phase: CampaignMark['phase']): CampaignMark {
  return {
    phase,
    id: after.id,
    cell,
    kind: campaignKind(after),
    started_ms: after.started_ms,
    detected_ms: after.detected_ms,
    lastSeen_ms: after.last_ms,
    ends_ms: after.ends_ms,
    attempts: after.attempts,
    users: accountsTried(after),
    successes: after.successes,
    usualRate_per_min: after.usual,
    networks: after.top.networks,
    networkAttempts: after.top.attempts,
  };
}

/** Tries an account from which accounts are tried again and again, which is to try passwords. */
const ROUNDS = 1.5;
const ROUNDS_USERS = 8;
/** Lists of stolen credentials are worked off faster than this, tries a minute; spraying keeps below lock-outs. */
const STUFFING_PER_MIN = 1;
const MINUTE_MS = 60_000;

/**
 * Stuffing tries each account of a list once, quickly; spraying tries few passwords at many accounts, slowly or in rounds.
 * Passwords are never seen here, so this is what the rates say, and may change while it goes on.
 */
export function campaignKind(campaign: CellCampaign): CampaignKind {
  const users = accountsTried(campaign);
  if (users >= ROUNDS_USERS && campaign.attempts >= ROUNDS * users) return 'spraying';
  return campaignRate(campaign) >= STUFFING_PER_MIN ? 'stuffing' : 'spraying';
}

/** Different accounts: an estimate (`countDistinct`), and no more than there were tries. */
export const accountsTried = ({ users, attempts }: Pick<CellCampaign, 'users' | 'attempts'>): number =>
  Math.min(countDistinct(users), attempts);

/** Tries a minute since it began. */
export const campaignRate = (campaign: Pick<CellCampaign, 'attempts' | 'started_ms' | 'last_ms'>): number =>
  campaign.attempts / Math.max(1, (campaign.last_ms - campaign.started_ms) / MINUTE_MS);
