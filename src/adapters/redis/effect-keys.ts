import { changesProfile, type Effect, effectsOf, subjects } from '../../core/effects.ts';
import type { DecisionRecord, LogRecord } from '../../core/record.ts';
import { type Keys, shardOfLane, shardOfPosition } from './keys.ts';
import { isTenantEffect } from './tenant-subjects.ts';

/** What one record changes, by where it lives. */
export interface SortedEffects {
  /** Key of the record's user, when it is in the record's own shard and so changes with the record itself. */
  readonly user: string | null;
  readonly inside: readonly Effect[];
  /** By key: everything in other shards. */
  readonly outside: ReadonlyMap<string, readonly Effect[]>;
  /** Of the tenant as a whole. */
  readonly ofTenant: readonly Effect[];
}

/** `decision`: the one that an outcome speaks of. */
export function sortEffects(
  keys: Keys,
  record: LogRecord,
  decision: DecisionRecord | undefined,
): SortedEffects {
  const userKey = record.kind === 'decision' ? record.event.user.key : record.userKey;
  const user =
    userKey !== null && shardOfLane(userKey) === shardOfPosition(record.position)
      ? keys.user(subjects.user(record.tenant, userKey))
      : null;
  const outside = new Map<string, Effect[]>();
  const ofTenant: Effect[] = [];
  const inside: Effect[] = [];
  for (const effect of effectsOf(record, decision)) {
    if (isTenantEffect(effect)) {
      ofTenant.push(effect);
      continue;
    }
    const key = keyOf(keys, effect);
    const list = key === user ? inside : outside.get(key);
    if (list === undefined) outside.set(key, [effect]);
    else list.push(effect);
  }
  return { user, inside, outside, ofTenant };
}

/** The key of an effect's subject. The kind of a subject is the letter after its tenant. */
function keyOf(keys: Keys, effect: Effect): string {
  const subject = changesProfile(effect) ? effect.userKey : effect.subject;
  const bar = subject.indexOf('|');
  switch (subject[bar + 1]) {
    case 'u':
      return keys.user(subject);
    case 's':
      return keys.subject(`${subject.slice(0, bar)}|d${subject.slice(bar + 2)}`);
    default:
      return keys.subject(subject);
  }
}
