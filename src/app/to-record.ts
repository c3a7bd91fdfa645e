import { traceOf } from '../core/campaign/trace.ts';
import type { LoginEvent } from '../core/event.ts';
import type { Facts } from '../core/facts.ts';
import type { DecisionRecord, RecordSource, Warning } from '../core/record.ts';
import { ENGINE_VERSION, MODEL_VERSION } from './engine-version.ts';
import { learnableOf, recordedFacts } from './gather-facts.ts';
import type { Judgement } from './judge.ts';

export interface RecordInput {
  readonly event: LoginEvent;
  readonly warnings: readonly Warning[];
  readonly source: RecordSource;
  readonly idempotency: DecisionRecord['idempotency'];
  readonly requestHash: string | null;
  readonly apiKeyId: string | null;
}

/** A judgement as the log keeps it. `uuid` names the decision and, where one is demanded, its challenge. */
export function toRecord(
  input: RecordInput,
  judgement: Judgement,
  position: number,
  uuid: string,
): DecisionRecord {
  const { facts, verdict, policy } = judgement;
  const erased = judgement.erasedAt_ms !== null && input.event.occurredAt_ms <= judgement.erasedAt_ms;
  const event = erased ? withoutPerson(input.event) : input.event;
  const challenged = verdict.challenge !== null && (input.source === 'risk' || input.source === 'replay');
  const supersedes = input.source === 'dry_run' ? null : judgement.earlierAttempt;
  const learning = erased ? 'none' : verdict.learning;
  return {
    kind: 'decision',
    position,
    id: `dec_${uuid}`,
    tenant: event.tenant,
    source: input.source,
    event,
    facts: recordedFacts(facts),
    verdict: erased ? { ...verdict, learning } : verdict,
    challenge: challenged
      ? { id: `chl_${uuid}`, expiresAt_ms: event.recordedAt_ms + policy.challengeLifetime_s * 1000 }
      : null,
    policy: {
      id: policy.id,
      version: policy.version,
      mode: policy.mode,
      thresholds: policy.thresholds,
    },
    warnings: warningsOf(input.warnings, facts, erased),
    versions: {
      engine: ENGINE_VERSION,
      model: MODEL_VERSION,
      ipIntelligence: judgement.ipIntelligenceVersion,
    },
    requestHash: input.requestHash,
    apiKeyId: input.apiKeyId,
    idempotency: input.idempotency,
    supersedes,
    learnable: learnableOf(event, facts),
    campaigns: traceOf(
      judgement.cellRefs,
      judgement.cells,
      { event, source: input.source, learning, network: facts.address.network, supersedes },
      judgement.vouched,
    ),
  };
}

/** Accepted logins from which one can tell what an application normally sees. */
const ENOUGH_LOGINS = 20;

function warningsOf(given: readonly Warning[], facts: Facts, erased: boolean): readonly Warning[] {
  const found: Warning[] = [];
  if (erased) found.push({ pointer: '/user', code: 'user.erased' });
  if (facts.address.kind !== 'public' && facts.application.known) {
    // A proxy that was put before the auth server shows as everybody's address: the operator must hear of it.
    const { logins, publicAddresses } = facts.application.value;
    if (logins >= ENOUGH_LOGINS && publicAddresses > 0.5) {
      found.push({ pointer: '/context/ip', code: 'context.ip_not_public' });
    }
  }
  return found.length === 0 ? given : [...given, ...found];
}

/** A late event about somebody who was erased keeps nothing that points at them. */
function withoutPerson(event: LoginEvent): LoginEvent {
  return {
    ...event,
    user: { id: null, key: null, loginKey: null, registeredAt_ms: null, challengeMethods: null },
    device: null,
    session: null,
    properties: null,
  };
}
