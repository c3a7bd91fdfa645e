import type { Cell } from '../core/campaign/cell.ts';
import { type CellRef, cellsOf } from '../core/campaign/cells.ts';
import type { Decide } from '../core/decide.ts';
import type { Verdict } from '../core/decision.ts';
import type { LoginEvent } from '../core/event.ts';
import type { Facts } from '../core/facts.ts';
import { known, unknown } from '../core/known.ts';
import type { Policy } from '../core/policy.ts';
import type { AttemptState } from '../core/record.ts';
import type { ClientParser } from '../ports/client-parser.ts';
import type { IpIntelligence } from '../ports/ip-intelligence.ts';
import type { RiskState, StateView } from '../ports/risk-state.ts';
import type { AssessRequest } from './gatehouse.ts';
import { gatherFacts, isVouched, type ServerPlace } from './gather-facts.ts';
import type { MatchLists } from './policy-lists.ts';

export interface JudgeDependencies {
  readonly state: RiskState;
  readonly ipIntelligence: IpIntelligence;
  readonly clientParser: ClientParser;
  readonly policyOf: (tenant: string) => Policy;
  readonly matchLists: MatchLists;
  readonly decide: Decide;
  readonly serverPlace: ServerPlace | null;
}

export interface Judgement {
  readonly facts: Facts;
  readonly verdict: Verdict;
  readonly policy: Policy;
  readonly earlierAttempt: AttemptState | null;
  readonly erasedAt_ms: number | null;
  readonly ipIntelligenceVersion: string;
  /** The cells of traffic that the event lies in, as they stood before it. */
  readonly cellRefs: readonly CellRef[];
  readonly cells: readonly (Cell | undefined)[];
  /** Whether the device is the user's own, or the user is known where this comes from. */
  readonly vouched: boolean;
}

export type Judge = (event: LoginEvent, source: AssessRequest['source']) => Judgement | Promise<Judgement>;

/**
 * Loads what is known about an event and decides. The one path from an event to a verdict: live calls, reported
 * events and replays all take it. Synchronous when the state is, so that nothing can come between the reading of an
 * attempt and the recording of its decision.
 */
export function createJudge(dependencies: JudgeDependencies): Judge {
  const { state, ipIntelligence, clientParser, policyOf, matchLists, decide, serverPlace } = dependencies;

  return (event, source) => {
    const address = ipIntelligence.describe(event.context.ip);
    const client =
      event.context.userAgent === null
        ? unknown('not_collected')
        : known(clientParser.parse(event.context.userAgent));
    const cellRefs = cellsOf(event, {
      asn: address.as.known ? address.as.value.number : null,
      browser: client.known ? client.value.browserFamily : null,
      address_kind: address.kind,
      network: address.network,
    });
    const view = state.read({
      tenant: event.tenant,
      userKey: event.user.key,
      loginKey: event.user.loginKey,
      ip: event.context.ip,
      network: address.network,
      deviceKey: event.device?.key ?? null,
      attemptId: event.attemptId,
      applicationId: event.applicationId,
      cells: cellRefs.map(({ subject }) => subject),
    });
    const judge = (read: StateView): Judgement => {
      const facts = gatherFacts(event, address, client, read, serverPlace, cellRefs);
      const policy = policyOf(event.tenant);
      const verdict = decide(event, facts, policy, { source, lists: matchLists(policy, event, facts) });
      return {
        facts,
        verdict,
        policy,
        earlierAttempt: read.counters.known ? (read.counters.value.attempt ?? null) : null,
        erasedAt_ms: read.erasedAt_ms,
        ipIntelligenceVersion: ipIntelligence.version,
        cellRefs,
        cells: read.counters.known ? read.counters.value.cells : [],
        vouched: isVouched(event, facts, read),
      };
    };
    return view instanceof Promise ? view.then(judge) : judge(view);
  };
}
