import { lessonOf, teaches } from './effects.ts';
import { standingVerdict } from './feedback.ts';
import { hash32 } from './hash.ts';
import { forgetDevice, type Lesson, learn, noteTrouble } from './learn.ts';
import type { Profile } from './profile.ts';
import type { DecisionRecord, DecisionView, FeedbackRecord, ForgottenDeviceRecord } from './record.ts';

/** When, in the order of the log, a user's device was forgotten. */
export type ForgottenDevice = Pick<ForgottenDeviceRecord, 'position' | 'deviceKey'>;

/** One decision of a user's history, reduced to what a rebuild needs (a history can be long). */
export interface HistoryEntry {
  readonly position: number;
  readonly decisionId: string;
  readonly occurredAt_ms: number;
  readonly deviceKey: string | null;
  readonly sessionKey: string | null;
  readonly ip: string;
  readonly lesson: Lesson | null;
  /** A challenge that was not passed, at this time. */
  readonly trouble_ms: number | null;
  readonly verdict: FeedbackRecord | null;
}

export function historyEntry(view: DecisionView): HistoryEntry {
  const { decision, outcome } = view;
  const { event } = decision;
  const verdict = standingVerdict(view.feedback);
  const how = learnedFrom(decision, outcome?.finalAction === 'allow', verdict);
  return {
    position: decision.position,
    decisionId: decision.id,
    occurredAt_ms: event.occurredAt_ms,
    deviceKey: event.device?.key ?? null,
    sessionKey: event.session?.key ?? null,
    ip: event.context.ip,
    lesson: how === 'none' ? null : lessonOf(decision, how),
    trouble_ms: outcome !== null && outcome.finalAction === 'block' ? outcome.occurredAt_ms : null,
    verdict,
  };
}

/**
 * The profile that the decisions which remain would have made: those judged compromised, and the later ones of the
 * same device or session (by the verdict's scope), are left out. `null` when nothing remains.
 *
 * A decision without a device is followed by its address instead, or a takeover in a browser without cookies could
 * not be unlearned at all. A device that was forgotten in between stays so: what it taught before vouches for it no more.
 */
export function rebuildProfile(
  history: readonly HistoryEntry[],
  forgotten: readonly ForgottenDevice[] = [],
): Profile | null {
  const compromised = history.filter((entry) => entry.verdict?.verdict === 'compromised');
  const excluded = (entry: HistoryEntry): boolean =>
    compromised.some((bad) => {
      if (bad.decisionId === entry.decisionId) return true;
      if (entry.occurredAt_ms < bad.occurredAt_ms) return false;
      switch (bad.verdict?.scope) {
        case 'device':
          return bad.deviceKey === null ? entry.ip === bad.ip : entry.deviceKey === bad.deviceKey;
        case 'session':
          return bad.sessionKey !== null && entry.sessionKey === bad.sessionKey;
        default:
          return false;
      }
    });
  let profile: Profile | null = null;
  const open = forgotten.toSorted((a, b) => a.position - b.position);
  const forgetBefore = (position: number): void => {
    for (let next = open[0]; next !== undefined && next.position < position; next = open[0]) {
      if (profile !== null) profile = forgetDevice(profile, hash32(next.deviceKey));
      open.shift();
    }
  };
  for (const entry of history.toSorted((a, b) => a.position - b.position)) {
    forgetBefore(entry.position);
    if (entry.lesson !== null && !excluded(entry)) profile = learn(profile, entry.lesson);
    if (entry.trouble_ms !== null && profile !== null) profile = noteTrouble(profile, entry.trouble_ms);
  }
  forgetBefore(Number.POSITIVE_INFINITY);
  for (const bad of compromised) {
    if (profile !== null && bad.verdict !== null) profile = noteTrouble(profile, bad.verdict.recordedAt_ms);
  }
  return profile;
}

function learnedFrom(
  decision: DecisionRecord,
  passed: boolean,
  verdict: FeedbackRecord | null,
): 'full' | 'provisional' | 'none' {
  if (decision.source === 'dry_run' || decision.event.status !== 'succeeded' || !teaches(decision))
    return 'none';
  if (passed && decision.verdict.challenge?.kind === 'second_factor') return 'full';
  if (verdict?.verdict === 'legitimate') {
    // A thief who holds the account can call himself legitimate.
    if (verdict.source === 'analyst') return 'full';
    return decision.verdict.learning === 'none' ? 'provisional' : decision.verdict.learning;
  }
  return decision.verdict.learning;
}
