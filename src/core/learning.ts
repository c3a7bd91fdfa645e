import { meetsRequirement } from './challenge.ts';
import type { Degraded, Learning } from './decision.ts';
import type { EventType, LoginEvent } from './event.ts';
import type { Policy, Ruling } from './policy.ts';
import type { RecordSource } from './record.ts';

const TEACHING_TYPES: ReadonlySet<EventType> = new Set<EventType>(['login', 'registration', 'session']);

/**
 * What the profile may learn from this event at once. (A challenge passed later teaches by its outcome.)
 *
 * It follows the policy's own verdict, never the returned action: monitor mode, fallbacks, allow lists and
 * `allow_notify` teach nothing that the policy would have challenged, or an attacker who was let in for another
 * reason would become familiar. A degraded decision teaches only if the missing facts could not have changed it.
 * `full` needs a second factor: one that the policy demanded, or one as strong as it demands at a high level.
 *
 * What was only reported (`event`, `import`) is taught by what the caller did, since nobody waited for the verdict.
 */
export function learningOf(
  event: LoginEvent,
  source: RecordSource,
  policy: Policy,
  ruling: Ruling,
  degraded: Degraded | null,
): Learning {
  if (source === 'dry_run' || event.status !== 'succeeded' || !TEACHING_TYPES.has(event.type)) return 'none';
  if (ruling.rule === 'block_list' || ruling.rule === 'allow_list') return 'none';
  if (event.disposition === 'rejected') return 'none';
  if (source === 'import') return 'full';
  if (source === 'event') return event.disposition === 'accepted' ? 'provisional' : 'none';
  if (ruling.action !== 'allow' || ruling.because === 'no_method') return 'none';
  if (degraded !== null && !degraded.robust) return 'none';
  if (ruling.because === 'requirement_met') return 'full';
  return meetsRequirement(event, policy.levels.high.methods, policy.freshness_s) ? 'full' : 'provisional';
}
