import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import { abstain, evidence, type Finding, neutral } from '../../signal.ts';
import { WEIGHTS } from '../../weights.ts';
import { isOwnDevice, missesOwnDevice } from './device.ts';
import { type NoveltyWeights, novelty } from './novelty.ts';

const W = WEIGHTS['device.change'];

/**
 * Whether a family (of browsers or systems) is new for this user. Stronger on the user's own device, which changes
 * neither; weaker beside a missing one, which explains it.
 */
export function judgeChange(
  event: LoginEvent,
  facts: Facts,
  kind: 'browsers' | 'oses',
  key: number | null,
  family: string | null,
  weights: NoveltyWeights,
): Finding {
  if (!facts.client.known) return abstain(facts.client.why);
  if (key === null) return abstain('imprecise');
  if (!facts.profile.known) return abstain(facts.profile.why);
  if (facts.profile.value === null) return abstain('no_history');
  const familiar = familiarity(facts.profile.value, kind, key, event.occurredAt_ms);
  if (familiar.total === 0) return abstain('no_history');
  const nats = novelty(familiar, weights);
  if (nats === 0) return neutral();
  const own_device = isOwnDevice(event, facts);
  const share = own_device ? W.on_own_device : missesOwnDevice(event, facts) ? W.beside_missing_device : 1;
  return evidence(nats * share, { family, known_families: familiar.distinct, own_device });
}
