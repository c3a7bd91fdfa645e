import type { Effect } from '../../core/effects.ts';
import type { Keys } from './keys.ts';
import { isTenantEffect } from './tenant-subjects.ts';

/** The effects that one record has outside its own shard, by the key that holds their subject. */
export function effectsByKey(keys: Keys, effects: readonly Effect[]): Map<string, Effect[]> {
  const byKey = new Map<string, Effect[]>();
  for (const effect of effects) {
    if (isTenantEffect(effect)) continue;
    const key = keyOf(keys, effect);
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [effect]);
    else list.push(effect);
  }
  return byKey;
}

/** The key of an effect's subject. The kind of a subject is the letter after its tenant. */
export function keyOf(keys: Keys, effect: Effect): string {
  const subject = effect.kind === 'learn' || effect.kind === 'trouble' ? effect.userKey : effect.subject;
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
