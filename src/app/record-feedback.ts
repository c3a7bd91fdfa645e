import { mergeFeedback, saysTheSame } from '../core/feedback.ts';
import { encodeProfile } from '../core/profile-codec.ts';
import { type ForgottenDevice, type HistoryEntry, historyEntry, rebuildProfile } from '../core/rebuild.ts';
import type { DecisionView, FeedbackRecord } from '../core/record.ts';
import type { Analytics } from '../ports/analytics.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { LogConflict } from '../ports/log-errors.ts';
import type { RiskState } from '../ports/risk-state.ts';
import { AppError } from './errors.ts';
import type { FeedbackReport, Gatehouse } from './gatehouse.ts';
import type { ReadDecision } from './read-decision.ts';

export interface FeedbackDependencies {
  readonly state: RiskState;
  readonly log: DecisionLog;
  readonly clock: Clock;
  readonly analytics: Analytics;
  readonly readDecision: ReadDecision;
  /** Resolves when analytics holds everything about a user that was durable when it was called. */
  readonly caughtUp: (userKey: string) => Promise<void>;
}

/**
 * Whether the newest verdict says the very same and the profile is still what that one made of it: somebody sent it
 * twice. Said again after further logins it is a new one, for it judges those of the same device as well.
 */
function repeats(draft: FeedbackRecord, { feedback }: DecisionView, version: number): boolean {
  const newest = feedback.at(-1);
  if (newest === undefined || !saysTheSame(newest, draft)) return false;
  return draft.userKey === null || version === newest.position;
}

/** A busy user may log in while the history is read; after so many tries somebody is playing games. */
const MAX_TRIES = 5;

/**
 * Records a person's verdict. The user's profile is rebuilt from the decisions that remain, and goes into the log
 * with the verdict, so that the two can never disagree after a crash.
 *
 * @throws AppError `not_found`, `analytics_unavailable`, `storage_unavailable`.
 */
export function createRecordFeedback(dependencies: FeedbackDependencies): Gatehouse['recordFeedback'] {
  const { state, log, clock, readDecision } = dependencies;

  return async (report) => {
    const view = await readDecision(report.tenant, report.decisionId);
    const userKey = view.decision.event.user.key;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const version = userKey === null ? 0 : await state.profileVersion(report.tenant, userKey);
      const draft = toRecord(report, view, clock());
      if (repeats(draft, view, version)) return view;
      const history =
        userKey === null ? null : await readHistory(dependencies, report.tenant, userKey, draft);
      // From here to `apply` nothing waits. A login that was learned meanwhile is not in the history: read again.
      const now = userKey === null ? 0 : state.profileVersion(report.tenant, userKey);
      if ((now instanceof Promise ? await now : now) !== version) continue;
      const profile = history === null ? null : rebuildProfile(history.entries, history.forgotten);
      const record: FeedbackRecord = {
        ...draft,
        position: log.nextPosition(view.decision.position),
        profile: history === null ? null : profile === null ? new Uint8Array(0) : encodeProfile(profile),
      };
      state.apply(record, view.decision, version);
      try {
        await log.append(record);
      } catch (cause) {
        state.withdraw(record);
        if (cause instanceof LogConflict) continue;
        throw new AppError('storage_unavailable', 'The verdict could not be stored; send it again.', {
          cause,
        });
      }
      const { outcome, feedback } = await state.annotations(view.decision.id);
      return {
        decision: view.decision,
        outcome: outcome ?? view.outcome,
        feedback: mergeFeedback(view.feedback, feedback),
      };
    }
    throw new AppError('storage_unavailable', 'The user logs in too fast to be judged now; send it again.');
  };
}

async function readHistory(
  { analytics, state, caughtUp }: FeedbackDependencies,
  tenant: string,
  userKey: string,
  draft: FeedbackRecord,
): Promise<{ readonly entries: readonly HistoryEntry[]; readonly forgotten: readonly ForgottenDevice[] }> {
  await caughtUp(userKey);
  const entries: HistoryEntry[] = [];
  for await (const stored of analytics.history(tenant, userKey)) {
    // Analytics may trail by the outcomes and verdicts of the last moment; the state has them all.
    const annotations = await state.annotations(stored.decision.id);
    const outcome = annotations.outcome ?? stored.outcome;
    const known = mergeFeedback(stored.feedback, annotations.feedback);
    // Not stored yet, so that it has no place among them: it is the last.
    const feedback = stored.decision.id === draft.decisionId ? [...known, draft] : known;
    entries.push(historyEntry({ decision: stored.decision, outcome, feedback }));
  }
  return { entries, forgotten: await analytics.forgottenDevices(tenant, userKey) };
}

function toRecord(report: FeedbackReport, view: DecisionView, now_ms: number): FeedbackRecord {
  return {
    kind: 'feedback',
    position: 0,
    tenant: report.tenant,
    decisionId: view.decision.id,
    verdict: report.verdict,
    source: report.source,
    scope: report.scope ?? (report.verdict === 'compromised' ? 'device' : 'decision'),
    actor: report.actor,
    note: report.note,
    recordedAt_ms: now_ms,
    userKey: view.decision.event.user.key,
    decisionOccurredAt_ms: view.decision.event.occurredAt_ms,
    // A dry run happened to nobody.
    features: view.decision.source === 'dry_run' ? null : view.decision.learnable.features,
    profile: null,
  };
}
