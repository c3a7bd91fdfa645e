import {
  type Background,
  countAccepted,
  countFailure,
  dismiss,
  emptyBackground,
  passTime,
  rewind,
  settle,
  takeBack,
  usualRate,
  usualSince,
} from './background.ts';
import { campaignId } from './campaign-id.ts';
import {
  DESIGNS,
  evidenceOfRise,
  holdingStep,
  threshold,
  UNKNOWN_VARIATION,
  USUAL_OVER_MIN,
} from './cusum.ts';
import { addDistinct, type Distinct, NOBODY } from './distinct.ts';
import { fromFormat2, isFormat2 } from './format-2.ts';
import { addNetwork, NO_NETWORKS, type TopNetworks } from './top-networks.ts';

/**
 * One cell of the tenant's traffic (an AS with a browser family, a TLS fingerprint, a network) and what is going on in
 * it. Plain immutable data, about 1.9 KB of heap and 4.6 KB during a campaign: an adapter stores it as it is.
 */
export interface Cell {
  /** Shape of this data: format 2 is read, what is older is forgotten. */
  readonly format: number;
  /** Event time that the cell has reached, and that the statistics stand at. */
  readonly at_ms: number;
  readonly judgedAt_ms: number;
  /** Events in a row that came late, each after the other: so many that the clock itself went back. */
  readonly late: number;
  readonly lateAt_ms: number;
  readonly background: Background;
  /** Change-point statistics in nats, by design, as of `judgedAt_ms`. */
  readonly statistic: readonly number[];
  /** When each last left zero; since then: attempts, failing people (who got in after all are none), accepted logins. */
  readonly riseAt_ms: readonly number[];
  readonly riseAttempts: readonly number[];
  readonly risePeople: readonly number[];
  readonly riseAccepted: readonly number[];
  /** Usual rate when it began, people a minute. */
  readonly riseUsual: readonly number[];
  /** 32-bit keys of the people who failed here within the hour, with the second of the last try; at most 32. */
  readonly people: readonly number[];
  readonly peopleAt_s: readonly number[];
  /** The campaign that goes on, or the last one. */
  readonly campaign: CellCampaign | null;
}

export interface CellCampaign {
  readonly id: string;
  /** First attempt of the rise that raised the alarm: the estimate of when it began. */
  readonly started_ms: number;
  readonly detected_ms: number;
  readonly last_ms: number;
  /** When it is over, should nothing more come. */
  readonly ends_ms: number;
  /** The statistic that holds it: the fastest one that reached its threshold. */
  readonly design: number;
  /** Failed tries, retries included. */
  readonly attempts: number;
  /** Logins in the cell that got in, not from a device or network that is known for the user. */
  readonly successes: number;
  /** Usual rate at the alarm, people a minute. */
  readonly usual: number;
  readonly users: Distinct;
  readonly top: TopNetworks;
}

/** What one event says to a cell. */
export interface Observation {
  readonly at_ms: number;
  readonly failed: boolean;
  /** The policy let the login in and its profile learns from it. */
  readonly accepted: boolean;
  /** On the user's own device, or where the user is known: neither an attack's failure nor its success. */
  readonly vouched: boolean;
  /** 32-bit keys under which the person is known (typed name, user id), the address's for nobody. */
  readonly people: readonly number[];
  /** CIDR text. */
  readonly network: string;
  /** Campaign that an alarm at this event belongs to, because another cell of the event has it. */
  readonly joins: string | null;
}

const MINUTE_MS = 60_000;
/** Nodes and callers are so far out of step; later events are late. */
const LATE_MS = 120_000;
/** So many late events one after the other, in their order, mean that the clock went back. */
const LATE_RUN = 5;
const PEOPLE = 32;
/** Within it a person counts once. */
const PERSON_S = 3_600;
/** A campaign that comes back to its cell within this is the same one. */
const RESUME_MS = 6 * 3_600_000;
/** A campaign is held while its statistic is above this part of the threshold. */
const HELD_ABOVE = 0.25;
const LEAST_HOLD_MIN = 10;
const MOST_HOLD_MIN = 240;
/** What the slow statistic has watched for so long without an alarm is learned as usual. */
const ATTACKS_SHOW_MS = 24 * 3_600_000;
const SLOWEST = DESIGNS - 1;
/** What has gone on for so long is how things are: it is learned, and the campaign ends. */
const USUAL_AFTER_MS = 3 * 86_400_000;
/** A cell in which nothing happened for a day is forgotten: attackers can invent cells. */
const FORGOTTEN_MS = 86_400_000;

const FORMAT = 3;
const ZEROS: readonly number[] = Object.freeze(new Array<number>(DESIGNS).fill(0));

function emptyCell(at_ms: number): Cell {
  return {
    format: FORMAT,
    at_ms,
    judgedAt_ms: at_ms,
    late: 0,
    lateAt_ms: 0,
    background: emptyBackground(at_ms / MINUTE_MS),
    statistic: ZEROS,
    riseAt_ms: ZEROS,
    riseAttempts: ZEROS,
    risePeople: ZEROS,
    riseAccepted: ZEROS,
    riseUsual: ZEROS,
    people: [],
    peopleAt_s: [],
    campaign: null,
  };
}

/** The cell's campaign at a moment of event time, if one goes on then. */
export function liveCampaign(cell: Cell | undefined, at_ms: number): CellCampaign | null {
  const campaign = cell?.campaign ?? null;
  return campaign !== null && at_ms >= campaign.started_ms && at_ms <= campaign.ends_ms ? campaign : null;
}

/**
 * The cell after an event; pure. Only failures make a cell: `undefined` stays so for all else, and is what becomes of a
 * cell that nothing happened in for a day.
 *
 * Late events write only into their own time: they move no statistic, and count in a campaign only if it was going on
 * then. A clock that jumps ahead ends no campaign before its time and, back again, is followed after a few events.
 */
export function stepCell(stored: Cell | undefined, subject: string, seen: Observation): Cell | undefined {
  const known = inTodaysFormat(stored);
  const forgotten = known !== undefined && seen.at_ms - known.at_ms > FORGOTTEN_MS;
  const cell = forgotten ? undefined : known;
  const counts = seen.failed && !seen.vouched;
  if (cell === undefined && !counts) return undefined;
  const before = cell ?? emptyCell(seen.at_ms);
  const lag_ms = before.at_ms - seen.at_ms;
  if (lag_ms > LATE_MS) {
    const late = seen.at_ms >= before.lateAt_ms ? before.late + 1 : 1;
    if (late < LATE_RUN)
      return { ...before, ...lateEvent(before, seen, counts), late, lateAt_ms: seen.at_ms };
  }
  return onTime(lag_ms > LATE_MS ? rewound(before, seen.at_ms) : before, subject, seen, counts);
}

function inTodaysFormat(stored: Cell | undefined): Cell | undefined {
  if (stored === undefined || stored.format === FORMAT) return stored;
  if (stored.format !== 2) return undefined;
  const background: object = stored.background;
  return isFormat2(background)
    ? { ...stored, format: FORMAT, background: fromFormat2(background, stored.at_ms / MINUTE_MS) }
    : undefined;
}

function lateEvent(cell: Cell, seen: Observation, counts: boolean): Partial<Cell> {
  const campaign = liveCampaign(cell, seen.at_ms);
  if (campaign === null) return {};
  if (counts) return { campaign: counted(campaign, seen, campaign.last_ms) };
  if (seen.failed || seen.vouched) return {};
  return { campaign: { ...campaign, successes: campaign.successes + 1 } };
}

/**
 * The clock went back: the cell follows, and its statistics stay as they are. A campaign that begins only later was of the
 * wrong time: kept, it would hold every rise down until then, for it is taken for the one that goes on.
 */
const rewound = (cell: Cell, at_ms: number): Cell => ({
  ...cell,
  at_ms,
  campaign: cell.campaign !== null && cell.campaign.started_ms > at_ms ? null : cell.campaign,
  judgedAt_ms: at_ms,
  riseAt_ms: cell.riseAt_ms.map((rise_ms) => Math.min(rise_ms, at_ms)),
  background: rewind(cell.background, at_ms / MINUTE_MS),
  peopleAt_s: cell.peopleAt_s.map((at_s) => Math.min(at_s, Math.floor(at_ms / 1000))),
});

function onTime(before: Cell, subject: string, seen: Observation, counts: boolean): Cell {
  const at_ms = Math.max(before.at_ms, seen.at_ms);
  const campaign = liveCampaign(before, at_ms);
  const frozen = campaign !== null && at_ms - campaign.started_ms < USUAL_AFTER_MS;
  const background = passTime(
    before.background,
    (at_ms - before.at_ms) / MINUTE_MS,
    at_ms / MINUTE_MS,
    frozen,
  );
  if (counts) return failed(reached(before, at_ms, background), subject, seen, campaign, frozen);
  if (seen.failed) return reached(before, at_ms, background);
  return succeeded(before, at_ms, background, seen, campaign);
}

/** The cell at a later moment. Nine in ten events get no further than this, and a spread costs three times as much. */
const reached = (
  cell: Cell,
  at_ms: number,
  background: Background,
  riseAccepted = cell.riseAccepted,
): Cell => ({
  format: cell.format,
  at_ms,
  judgedAt_ms: cell.judgedAt_ms,
  late: 0,
  lateAt_ms: cell.lateAt_ms,
  background,
  statistic: cell.statistic,
  riseAt_ms: cell.riseAt_ms,
  riseAttempts: cell.riseAttempts,
  risePeople: cell.risePeople,
  riseAccepted,
  riseUsual: cell.riseUsual,
  people: cell.people,
  peopleAt_s: cell.peopleAt_s,
  campaign: cell.campaign,
});

function succeeded(
  before: Cell,
  at_ms: number,
  background: Background,
  seen: Observation,
  campaign: CellCampaign | null,
): Cell {
  let after = seen.accepted
    ? reached(
        before,
        at_ms,
        countAccepted(background),
        before.riseAccepted.map((accepted) => accepted + 1),
      )
    : reached(before, at_ms, background);
  if (campaign !== null) {
    return seen.vouched ? after : { ...after, campaign: { ...campaign, successes: campaign.successes + 1 } };
  }
  // Who gets in after failing had mistyped: what was counted for it is taken back.
  const i = seen.accepted ? findPerson(after, seen) : -1;
  if (i < 0) return after;
  const failedAt_ms = (after.peopleAt_s[i] ?? 0) * 1000;
  after = {
    ...after,
    risePeople: after.risePeople.map((people, design) =>
      failedAt_ms >= (after.riseAt_ms[design] ?? 0) - 1000 ? Math.max(0, people - 1) : people,
    ),
    people: after.people.toSpliced(i, 1),
    peopleAt_s: after.peopleAt_s.toSpliced(i, 1),
    background: takeBack(after.background),
  };
  return after;
}

function failed(
  cell: Cell,
  subject: string,
  seen: Observation,
  campaign: CellCampaign | null,
  frozen: boolean,
): Cell {
  const again = findPerson(cell, seen) >= 0;
  // After a campaign everything begins anew: the slow statistic still stands high from it.
  const over = campaign === null && cell.campaign !== null && cell.judgedAt_ms <= cell.campaign.ends_ms;
  const rises = risesAfter(over ? { ...cell, statistic: ZEROS } : cell, again, campaign !== null, frozen);
  let { background } = rises;
  if (!again) background = countFailure(background);
  // For its first days a campaign is an attack; what goes on for longer is how things are.
  if (campaign !== null) background = (frozen ? dismiss : settle)(background, cell.at_ms / MINUTE_MS);
  const after: Cell = {
    ...cell,
    judgedAt_ms: cell.at_ms,
    ...rises,
    background,
    ...withPerson(cell, seen),
  };
  return judged(after, subject, seen, campaign);
}

type Rises = Pick<
  Cell,
  'background' | 'statistic' | 'riseAt_ms' | 'riseAttempts' | 'risePeople' | 'riseAccepted' | 'riseUsual'
>;

/** Every design's rise after one more failure, and what is learned when the slowest one is over. */
function risesAfter(cell: Cell, again: boolean, live: boolean, frozen: boolean): Rises {
  const { at_ms } = cell;
  const fallen = cell.statistic.map((_, design) => fallenTo(cell, design, live));
  const over = (fallen[SLOWEST] ?? 0) <= 0 || at_ms - (cell.riseAt_ms[SLOWEST] ?? 0) > ATTACKS_SHOW_MS;
  const background = over && !frozen ? settle(cell.background, at_ms / MINUTE_MS) : cell.background;
  const statistic: number[] = [];
  const riseAt_ms: number[] = [];
  const riseAttempts: number[] = [];
  const risePeople: number[] = [];
  const riseAccepted: number[] = [];
  const riseUsual: number[] = [];
  for (const [design, left] of fallen.entries()) {
    const usual = usualRate(background, USUAL_OVER_MIN[design]);
    if (left <= 0) {
      statistic.push(
        again
          ? 0
          : evidenceOfRise(design, 1, 0, usual, usualSince(background, 0, 0, UNKNOWN_VARIATION[design] ?? 0)),
      );
      riseAt_ms.push(at_ms);
      riseAttempts.push(1);
      risePeople.push(again ? 0 : 1);
      riseAccepted.push(0);
      riseUsual.push(usual);
      continue;
    }
    const people = (cell.risePeople[design] ?? 0) + (again ? 0 : 1);
    const known = cell.riseUsual[design] ?? usual;
    if (again) statistic.push(left);
    else if (live) statistic.push(left + holdingStep(usual, design).increment);
    else statistic.push(evidenceSince(cell, background, design, people));
    riseAt_ms.push(cell.riseAt_ms[design] ?? at_ms);
    riseAttempts.push((cell.riseAttempts[design] ?? 0) + 1);
    risePeople.push(people);
    riseAccepted.push(cell.riseAccepted[design] ?? 0);
    riseUsual.push(known);
  }
  return { background, statistic, riseAt_ms, riseAttempts, risePeople, riseAccepted, riseUsual };
}

/** A statistic as it has fallen since the last failure. */
function fallenTo(cell: Cell, design: number, live: boolean): number {
  const before = cell.statistic[design] ?? 0;
  if (before <= 0) return 0;
  if (!live) return evidenceSince(cell, cell.background, design, cell.risePeople[design] ?? 0);
  const { drift } = holdingStep(usualRate(cell.background, USUAL_OVER_MIN[design]), design);
  return before - (drift * (cell.at_ms - cell.judgedAt_ms)) / MINUTE_MS;
}

/** What a design's rise says, had it so many failing people. */
function evidenceSince(cell: Cell, background: Background, design: number, people: number): number {
  const minutes = (cell.at_ms - (cell.riseAt_ms[design] ?? cell.at_ms)) / MINUTE_MS;
  const usual = cell.riseUsual[design] ?? usualRate(background, USUAL_OVER_MIN[design]);
  return evidenceOfRise(
    design,
    people,
    minutes,
    usual,
    usualSince(background, minutes, cell.riseAccepted[design] ?? 0, UNKNOWN_VARIATION[design] ?? 0),
  );
}

/** Raises, holds or leaves alone a campaign by what the statistics say now. */
function judged(cell: Cell, subject: string, seen: Observation, live: CellCampaign | null): Cell {
  const usual = usualRate(cell.background);
  const limits = cell.statistic.map((_, design) =>
    threshold(design, usualRate(cell.background, USUAL_OVER_MIN[design])),
  );
  const limitOf = (design: number): number => limits[design] ?? Number.POSITIVE_INFINITY;
  const reached = cell.statistic.findIndex((s, design) => s >= limitOf(design));
  if (reached < 0 && live === null) return cell;
  const statistic = cell.statistic.map((s, design) => Math.min(s, limitOf(design)));
  const capped = { ...cell, statistic };
  const current = live ?? opened(capped, subject, seen, reached, usual);
  const design = reached < 0 ? current.design : Math.min(current.design, reached);
  const above = (statistic[design] ?? 0) - limitOf(design) * HELD_ABOVE;
  const hold_min = above / holdingStep(usualRate(cell.background, USUAL_OVER_MIN[design]), design).drift;
  const ends_ms = cell.at_ms + Math.min(MOST_HOLD_MIN, Math.max(LEAST_HOLD_MIN, hold_min)) * MINUTE_MS;
  const held = above <= 0 ? current : { ...current, design, ends_ms: Math.max(current.ends_ms, ends_ms) };
  return {
    ...capped,
    background: live === null ? dismiss(cell.background, cell.at_ms / MINUTE_MS) : cell.background,
    campaign: live === null ? held : counted(held, seen, cell.at_ms),
  };
}

function opened(cell: Cell, subject: string, seen: Observation, design: number, usual: number): CellCampaign {
  const { campaign: last, at_ms } = cell;
  const started_ms = cell.riseAt_ms[design] ?? at_ms;
  const attempts = cell.riseAttempts[design] ?? 1;
  const resumed =
    last !== null && at_ms >= last.started_ms && at_ms - last.ends_ms <= RESUME_MS ? last : null;
  let users = resumed?.users ?? NOBODY;
  for (const [i, person] of cell.people.entries()) {
    if ((cell.peopleAt_s[i] ?? 0) * 1000 >= started_ms - 1000) users = addDistinct(users, person);
  }
  return {
    id: resumed?.id ?? seen.joins ?? campaignId(subject, at_ms),
    started_ms: resumed?.started_ms ?? started_ms,
    detected_ms: resumed?.detected_ms ?? at_ms,
    last_ms: at_ms,
    ends_ms: at_ms,
    design,
    attempts: (resumed?.attempts ?? 0) + attempts,
    successes: resumed?.successes ?? 0,
    usual: resumed?.usual ?? usual,
    users,
    top: addNetwork(resumed?.top ?? NO_NETWORKS, seen.network),
  };
}

function counted(campaign: CellCampaign, seen: Observation, last_ms: number): CellCampaign {
  const [person] = seen.people;
  return {
    ...campaign,
    last_ms: Math.max(campaign.last_ms, last_ms),
    attempts: campaign.attempts + 1,
    users: person === undefined ? campaign.users : addDistinct(campaign.users, person),
    top: addNetwork(campaign.top, seen.network),
  };
}

/** Index of the person among those who failed within the hour; −1 when there is none. */
function findPerson(cell: Cell, seen: Observation): number {
  const oldest_s = Math.floor(cell.at_ms / 1000) - PERSON_S;
  return cell.people.findIndex(
    (person, i) => seen.people.includes(person) && (cell.peopleAt_s[i] ?? 0) > oldest_s,
  );
}

function withPerson(cell: Cell, seen: Observation): Pick<Cell, 'people' | 'peopleAt_s'> {
  const at_s = Math.floor(cell.at_ms / 1000);
  const kept = cell.people
    .map((person, i) => [person, cell.peopleAt_s[i] ?? 0] as const)
    .filter(([person, last_s]) => last_s > at_s - PERSON_S && !seen.people.includes(person));
  const [person] = seen.people;
  if (person !== undefined) kept.push([person, at_s]);
  const newest = kept.slice(-PEOPLE);
  return { people: newest.map(([key]) => key), peopleAt_s: newest.map(([, last_s]) => last_s) };
}
