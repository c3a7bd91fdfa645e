import type { Observation } from './campaign/cell.ts';
import { cellsOf } from './campaign/cells.ts';
import { observationOf } from './campaign/trace.ts';
import { chartedAs } from './charted.ts';
import { hash32 } from './hash.ts';
import type { Lesson } from './learn.ts';
import { type PopulationKeys, populationKeys } from './model/population.ts';
import type { AttemptState, DecisionRecord, FeedbackRecord, Learnable, LogRecord } from './record.ts';

/**
 * What a log record does to the state, as data: every adapter carries out the same effects, so that state is a fold
 * of the log wherever it is kept. Subjects are store keys without personal data.
 */
export type Effect =
  | {
      readonly kind: 'failure';
      readonly subject: string;
      readonly at_ms: number;
      readonly user: number | null;
      readonly by: 1 | -1;
    }
  | { readonly kind: 'network'; readonly subject: string; readonly at_ms: number; readonly network: number }
  | { readonly kind: 'sharer'; readonly subject: string; readonly at_ms: number; readonly user: number }
  | { readonly kind: 'application'; readonly subject: string; readonly learnable: Learnable }
  | {
      readonly kind: 'population';
      readonly subject: string;
      readonly keys: PopulationKeys;
      readonly at_ms: number;
      readonly what: PopulationLesson;
    }
  | { readonly kind: 'cell'; readonly subject: string; readonly seen: Observation }
  | { readonly kind: 'attempt'; readonly subject: string; readonly attempt: AttemptState }
  | ProfileEffect;

/** What changes the profile of one user; `userKey` is the subject. */
export type ProfileEffect =
  | { readonly kind: 'learn'; readonly userKey: string; readonly lesson: Lesson }
  | { readonly kind: 'trouble'; readonly userKey: string; readonly at_ms: number }
  | { readonly kind: 'forget'; readonly userKey: string; readonly device: number };

export const changesProfile = (effect: Effect): effect is ProfileEffect =>
  effect.kind === 'learn' || effect.kind === 'trouble' || effect.kind === 'forget';

/** Keys are 32-bit: of the user where the record could not know whether they counted already, of the decision judged. */
export type PopulationLesson =
  | { readonly of: 'success'; readonly user: number | null }
  | { readonly of: 'failure'; readonly person: number | null }
  | { readonly of: 'verdict'; readonly decision: number; readonly verdict: -1 | 0 | 1 };

/** Subject keys. The tenant comes first, so that tenants never meet. Short, because they are made on every login. */
export const subjects = {
  user: (tenant: string, userKey: string): string => `${tenant}|u|${userKey}`,
  login: (tenant: string, loginKey: string): string => `${tenant}|l|${loginKey}`,
  address: (tenant: string, ip: string): string => `${tenant}|a|${ip}`,
  network: (tenant: string, network: string): string => `${tenant}|n|${network}`,
  device: (tenant: string, deviceKey: string): string => `${tenant}|d|${deviceKey}`,
  userAt: (tenant: string, person: string, ip: string): string => `${tenant}|p|${person}|${ip}`,
  userOn: (tenant: string, person: string, deviceKey: string): string => `${tenant}|q|${person}|${deviceKey}`,
  deviceSeen: (tenant: string, deviceKey: string): string => `${tenant}|s|${deviceKey}`,
  tenant: (tenant: string): string => `${tenant}|t`,
  population: (tenant: string): string => `${tenant}|v`,
  application: (tenant: string, application: string): string => `${tenant}|c|${application}`,
  attempt: (tenant: string, attemptId: string): string => `${tenant}|x|${attemptId}`,
} as const;

/** Who tried, as far as one can tell: the typed name where there is one, because failures mostly have only that. */
export const personOf = (event: DecisionRecord['event']): string | null =>
  event.user.loginKey ?? event.user.key;

/**
 * The effects of a record in the order in which they are carried out. `decision` is the decision that an outcome
 * speaks of. Erasure acts on rows, not on subjects, and has no effects here.
 */
export function effectsOf(record: LogRecord, decision: DecisionRecord | undefined): readonly Effect[] {
  if (record.kind === 'decision') return decisionEffects(record);
  if (record.kind === 'feedback') return verdictEffects(record);
  if (record.kind === 'forgotten_device') {
    const userKey = subjects.user(record.tenant, record.userKey);
    return [{ kind: 'forget', userKey, device: hash32(record.deviceKey) }];
  }
  if (record.kind !== 'outcome' || decision === undefined) return [];
  const userKey = decision.event.user.key;
  if (userKey === null || decision.event.status !== 'succeeded') return [];
  if (record.finalAction !== 'allow') {
    return [{ kind: 'trouble', userKey: subjects.user(record.tenant, userKey), at_ms: record.occurredAt_ms }];
  }
  // A solved captcha says that somebody is there, not who.
  const proved = decision.verdict.challenge?.kind === 'second_factor';
  return proved && teaches(decision) ? acceptance(decision, 'full', hash32(userKey)) : [];
}

/** Only an analyst's word speaks about other people's logins; a user may be wrong, or the thief. */
function verdictEffects(record: FeedbackRecord): readonly Effect[] {
  if (record.source !== 'analyst' || record.features === null) return [];
  const verdict = record.verdict === 'compromised' ? 1 : record.verdict === 'legitimate' ? -1 : 0;
  return [
    {
      kind: 'population',
      subject: subjects.population(record.tenant),
      keys: populationKeys(record.features),
      at_ms: record.recordedAt_ms,
      what: { of: 'verdict', decision: hash32(record.decisionId), verdict },
    },
  ];
}

/** Only these types show how the user logs in; all others are rare acts that an attacker would like to be learned. */
export const teaches = (decision: DecisionRecord): boolean =>
  decision.event.type === 'login' ||
  decision.event.type === 'registration' ||
  decision.event.type === 'session';

function decisionEffects(record: DecisionRecord): readonly Effect[] {
  const { event, tenant } = record;
  if (record.source === 'dry_run') return [];
  const effects: Effect[] = [];
  const earlier = record.supersedes;
  const at_ms = event.occurredAt_ms;
  const person = personOf(event);
  const personKey = person === null ? null : hash32(person);
  const counts = event.type !== 'logout';
  const failed = counts && event.status === 'failed';
  let failedOn: readonly string[] = earlier?.failedOn ?? [];
  if (failed && failedOn.length === 0) {
    failedOn = failureSubjects(record, person);
    for (const subject of failedOn) effects.push({ kind: 'failure', subject, at_ms, user: personKey, by: 1 });
    effects.push({
      kind: 'population',
      subject: subjects.population(tenant),
      keys: populationKeys(record.learnable.features),
      at_ms,
      what: { of: 'failure', person: personKey },
    });
  } else if (!failed && event.status === 'succeeded' && earlier !== null && failedOn.length > 0) {
    for (const subject of failedOn) {
      effects.push({ kind: 'failure', subject, at_ms: earlier.occurredAt_ms, user: personKey, by: -1 });
    }
    failedOn = [];
  }
  if (counts) {
    const network = hash32(record.facts.network);
    if (event.user.key !== null) {
      effects.push({ kind: 'network', subject: subjects.user(tenant, event.user.key), at_ms, network });
    }
    if (event.user.loginKey !== null) {
      effects.push({ kind: 'network', subject: subjects.login(tenant, event.user.loginKey), at_ms, network });
    }
    if (event.device?.key != null && personKey !== null) {
      effects.push({
        kind: 'sharer',
        subject: subjects.deviceSeen(tenant, event.device.key),
        at_ms,
        user: personKey,
      });
    }
  }
  const seen = observationOf(
    {
      event,
      source: record.source,
      learning: record.verdict.learning,
      network: record.facts.network,
      supersedes: earlier,
    },
    record.campaigns.vouched,
    record.campaigns.joins,
  );
  if (seen !== null) {
    for (const { subject } of cellsOf(event, record.facts)) effects.push({ kind: 'cell', subject, seen });
  }
  if (event.attemptId !== null) {
    effects.push({
      kind: 'attempt',
      subject: subjects.attempt(tenant, event.attemptId),
      attempt: {
        decisionId: record.id,
        status: event.status,
        action: record.verdict.action,
        level: record.verdict.level,
        occurredAt_ms: at_ms,
        failedOn,
        charted: chartedAs(record),
      },
    });
  }
  if (record.verdict.learning !== 'none') effects.push(...acceptance(record, record.verdict.learning));
  return effects;
}

function failureSubjects(record: DecisionRecord, person: string | null): readonly string[] {
  const { event, tenant } = record;
  const list = [subjects.address(tenant, event.context.ip), subjects.network(tenant, record.facts.network)];
  if (event.user.key !== null) list.push(subjects.user(tenant, event.user.key));
  if (event.user.loginKey !== null) list.push(subjects.login(tenant, event.user.loginKey));
  const deviceKey = event.device?.key ?? null;
  if (deviceKey !== null) list.push(subjects.device(tenant, deviceKey));
  if (person !== null) {
    list.push(subjects.userAt(tenant, person, event.context.ip));
    if (deviceKey !== null) list.push(subjects.userOn(tenant, person, deviceKey));
  }
  return list;
}

/**
 * What an accepted login teaches: the user's profile, who shares what, what the application carries, and what the
 * population logs in with. `later`: the user's key when it was accepted after the decision.
 */
export function acceptance(
  record: DecisionRecord,
  how: 'full' | 'provisional',
  later: number | null = null,
): readonly Effect[] {
  const { event, tenant, facts, learnable } = record;
  if (event.user.key === null) return [];
  const at_ms = event.occurredAt_ms;
  const user = hash32(event.user.key);
  const effects: Effect[] = [
    { kind: 'learn', userKey: subjects.user(tenant, event.user.key), lesson: lessonOf(record, how) },
    { kind: 'sharer', subject: subjects.address(tenant, event.context.ip), at_ms, user },
    { kind: 'sharer', subject: subjects.network(tenant, facts.network), at_ms, user },
    { kind: 'sharer', subject: subjects.tenant(tenant), at_ms, user },
    { kind: 'application', subject: subjects.application(tenant, event.applicationId), learnable },
  ];
  if (learnable.population) {
    effects.push({
      kind: 'population',
      subject: subjects.population(tenant),
      keys: populationKeys(learnable.features),
      at_ms,
      what: { of: 'success', user: later },
    });
  }
  if (event.device?.key != null) {
    effects.push({ kind: 'sharer', subject: subjects.device(tenant, event.device.key), at_ms, user });
  }
  return effects;
}

/** Says that a device of the user's was presented, and that it is not everybody's: a profile alone cannot know that. */
const KNOWN_DEVICE = 'device.known';

export function lessonOf(record: DecisionRecord, how: 'full' | 'provisional'): Lesson {
  const classes = record.facts.network_classes;
  return {
    learnable: record.learnable,
    vouchedByDevice: record.verdict.signals.some(
      ({ id, rawLogOdds }) => id === KNOWN_DEVICE && rawLogOdds < 0,
    ),
    atGateway: classes.length === 1 && classes[0] === 'hosting' && record.facts.blocklists.length === 0,
    occurredAt_ms: record.event.occurredAt_ms,
    decisionId: record.id,
    how,
    country: record.facts.country,
    latitude: record.facts.latitude,
    longitude: record.facts.longitude,
    accuracy_km: record.facts.accuracy_km,
  };
}
