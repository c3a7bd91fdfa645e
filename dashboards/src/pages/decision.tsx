import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useRouteContext } from '@tanstack/react-router';
import { isProblem } from '../api/problem.ts';
import { decisionQuery } from '../api/queries.ts';
import type { Decision, Signal } from '../api/types.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { CounterfactualsPanel } from '../components/counterfactuals-panel.tsx';
import { type Fact, FactList } from '../components/fact-list.tsx';
import { useFormat } from '../components/format-context.tsx';
import { WarnIcon } from '../components/icons.tsx';
import { ActionMark, LevelMark } from '../components/marks.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { JourneyPanel, RelatedPanel } from '../components/related-panels.tsx';
import { SkeletonBlock, SkeletonLines } from '../components/skeleton.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { VerdictButtons } from '../components/verdict.tsx';
import { SignalDetails, Waterfall } from '../components/waterfall.tsx';
import { browserWords, systemWords } from '../lib/client-words.ts';
import { detailWords, type Format } from '../lib/format.ts';
import { reveal, revealInside, sentence, splitCode } from '../lib/text.ts';
import { learningWords, methodWords, resolutionWords, whyWords } from '../lib/words.ts';

const text = (value: string | null | undefined, mono = false) =>
  value == null || value === '' ? null : <Untrusted mono={mono}>{value}</Untrusted>;

const yesNo = (value: boolean | null | undefined): string | null =>
  value == null ? null : value ? 'yes' : 'no';

function Moment({ at }: { readonly at: string }) {
  const format = useFormat();
  return <time dateTime={at}>{format.full(at)}</time>;
}

function Header({ decision, mayJudge }: { readonly decision: Decision; readonly mayJudge: boolean }) {
  const format = useFormat();
  const { event, policy, risk } = decision;
  const user = event.user?.id;
  return (
    <div className="decision-head">
      <div className="decision-what">
        <h1>
          <ActionMark action={decision.action} large />
          <span className="visually-hidden">: decision on </span>
          {user == null ? (
            <span className="missing">no user named</span>
          ) : (
            <Link to="/user" search={{ id: user }} className="decision-user" title={`User ${reveal(user)}`}>
              <Untrusted>{user}</Untrusted>
            </Link>
          )}
        </h1>
        <ul className="decision-line">
          <li>
            <span className="decision-score" data-testid="decision-score">
              {format.percent(risk.score)}
            </span>{' '}
            probability of a takeover
          </li>
          <li>
            <LevelMark level={risk.level} />
          </li>
          <li>
            {splitCode(event.type).words}{' '}
            <span className={`event-status status-${event.status}`}>{event.status}</span>
          </li>
          {decision.confidence != null && <li>{sentence(decision.confidence)} confidence</li>}
          <li>
            <Moment at={event.occurred_at} />
          </li>
        </ul>
        {policy.would_have != null && (
          <p className="note-warn" role="note">
            <WarnIcon />
            <span>
              Monitor mode: enforcement would have answered <strong>{policy.would_have}</strong>.
            </span>
          </p>
        )}
        {decision.degraded != null && (
          <p className="note-warn" role="note">
            <WarnIcon />
            <span>
              Judged without{' '}
              {decision.degraded.missing.map((name) => sentence(name).toLowerCase()).join(', ')} (
              {decision.degraded.cause}); fallback {decision.degraded.fallback}.{' '}
              {decision.degraded.robust
                ? 'Nothing that was missing could have changed the action.'
                : 'What was missing could have changed the action.'}
            </span>
          </p>
        )}
      </div>
      <VerdictButtons decision={decision} allowed={mayJudge} />
    </div>
  );
}

/** What the caller was told, in its order; each code leads to the other decisions that gave it. */
function Reasons({ decision }: { readonly decision: Decision }) {
  if (decision.reasons.length === 0) {
    return <p className="empty-line">No reason was given: nothing stood against this login.</p>;
  }
  return (
    <ol className="reasons" data-testid="reasons">
      {decision.reasons.map((reason) => (
        <li key={`${reason.code} ${reason.message}`}>
          <Untrusted>{reason.message}</Untrusted>
          <Link to="/decisions" search={{ reason: reason.code }} className="code-link">
            <Untrusted mono>{reason.code}</Untrusted>
          </Link>
        </li>
      ))}
    </ol>
  );
}

function QuietSignals({ signals }: { readonly signals: readonly Signal[] }) {
  const abstaining = signals.filter((signal) => signal.state === 'abstain');
  const neutral = signals.filter((signal) => signal.state === 'neutral');
  return (
    <div className="quiet-signals">
      <section data-testid="abstaining">
        <h3>
          Could not judge <span className="count">{abstaining.length}</span>
        </h3>
        {abstaining.length === 0 ? (
          <p className="empty-line">Every signal could judge.</p>
        ) : (
          <ul>
            {abstaining.map((signal) => (
              <li key={signal.id}>
                <span className="signal-name">
                  <Untrusted>{splitCode(signal.id).words}</Untrusted>{' '}
                  <span className="category">{splitCode(signal.id).category}</span>
                </span>
                <span className="signal-why">
                  <Untrusted>{whyWords(String(signal.details?.why ?? 'unavailable'))}</Untrusted>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section data-testid="neutral" className="quiet-neutral">
        <h3>
          Judged, nothing to say <span className="count">{neutral.length}</span>
        </h3>
        {neutral.length === 0 ? (
          <p className="empty-line">None.</p>
        ) : (
          <ul>
            {neutral.map((signal) => (
              <li key={signal.id}>
                <span className="signal-name">
                  <Untrusted>{splitCode(signal.id).words}</Untrusted>{' '}
                  <span className="category">{splitCode(signal.id).category}</span>
                </span>
                <SignalDetails signal={signal} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

const whereFacts = (decision: Decision, format: Format): Fact[] => {
  const facts = decision.facts ?? {};
  const { ip } = decision.event.context;
  const place = [
    facts.city,
    // Some sources name a region by its number within the country, which tells a reader nothing.
    facts.region != null && /^\d+$/.test(facts.region) ? null : facts.region,
    facts.country == null ? null : format.country(facts.country),
  ].filter((word): word is string => word != null && word !== '');
  const accuracy = facts.accuracy_km == null ? '' : ` (within ${format.count(facts.accuracy_km)} km)`;
  const as = [facts.asn == null ? null : `AS${facts.asn}`, facts.as_name].filter(
    (word): word is string => word != null && word !== '',
  );
  const classes = facts.network_classes ?? [];
  const blocklists = facts.blocklists ?? [];
  return [
    {
      label: 'Address',
      value: (
        <Link to="/address" search={{ ip }} title={`Address ${reveal(ip)}`}>
          <Untrusted mono>{ip}</Untrusted>
        </Link>
      ),
    },
    { label: 'Place', value: place.length === 0 ? null : text(`${place.join(', ')}${accuracy}`) },
    {
      label: 'Network',
      value:
        as.length === 0 ? null : facts.asn == null ? (
          text(as.join(' '))
        ) : (
          <Link to="/network" search={{ asn: String(facts.asn) }}>
            {text(as.join(' '))}
          </Link>
        ),
    },
    {
      label: 'Network class',
      value: classes.length === 0 ? null : text(classes.map(sentence).join(', ')),
      missing: 'nothing special known',
    },
    ...(blocklists.length === 0 ? [] : [{ label: 'On lists', value: text(blocklists.join(', ')) }]),
    ...(facts.address_kind == null || facts.address_kind === 'public'
      ? []
      : [{ label: 'Kind of address', value: text(sentence(facts.address_kind)) }]),
    ...(facts.address_users == null
      ? []
      : [{ label: 'Users here', value: `${format.count(facts.address_users)} with accepted logins` }]),
    ...(facts.profile_logins == null
      ? []
      : [{ label: 'History', value: `${format.count(facts.profile_logins)} logins of this user learned` }]),
  ];
};

const clientFacts = (decision: Decision): Fact[] => {
  const facts = decision.facts ?? {};
  const { event } = decision;
  return [
    { label: 'Browser', value: text(browserWords(facts)) },
    { label: 'System', value: text(systemWords(facts)) },
    { label: 'Kind', value: text(facts.device_type == null ? null : sentence(facts.device_type)) },
    ...(facts.automation == null ? [] : [{ label: 'Automation', value: text(sentence(facts.automation)) }]),
    { label: 'User agent', value: text(event.context.user_agent, true), missing: 'none was sent' },
    {
      label: 'Device cookie',
      value:
        event.device == null
          ? null
          : event.device.presented === null || event.device.presented === undefined
            ? 'not said whether it came'
            : event.device.presented
              ? 'came with the request'
              : 'none came, id newly issued',
      missing: 'not collected',
    },
    ...(event.device?.key == null
      ? []
      : [
          {
            label: 'Device',
            value: (
              <Link to="/device" search={{ key: event.device.key }}>
                {text(event.device.key, true)}
              </Link>
            ),
          },
        ]),
    ...(event.device?.bound == null ? [] : [{ label: 'Bound key proved', value: yesNo(event.device.bound) }]),
    ...(event.context.rtt_ms == null ? [] : [{ label: 'Round trip', value: `${event.context.rtt_ms} ms` }]),
  ];
};

const eventFacts = (decision: Decision): Fact[] => {
  const { event } = decision;
  const compromised = event.authentication?.credential_compromised === true;
  return [
    { label: 'Came as', value: text(decision.source == null ? null : sentence(decision.source)) },
    { label: 'Application', value: text(event.application?.id) },
    {
      label: 'Method',
      value: text(event.authentication?.method == null ? null : methodWords(event.authentication.method)),
      missing: 'not said',
    },
    ...(compromised ? [{ label: 'Credential', value: 'known to be leaked' }] : []),
    { label: 'Occurred', value: <Moment at={event.occurred_at} /> },
    { label: 'Recorded', value: event.recorded_at == null ? null : <Moment at={event.recorded_at} /> },
    { label: 'Decision', value: text(decision.id, true) },
    ...(decision.event_id == null ? [] : [{ label: 'Event', value: text(decision.event_id, true) }]),
    ...(event.attempt_id == null ? [] : [{ label: 'Attempt', value: text(event.attempt_id, true) }]),
  ];
};

const challengeFacts = (decision: Decision): Fact[] => {
  const { challenge, outcome } = decision;
  const methods = challenge?.methods;
  return [
    ...(challenge == null
      ? []
      : [
          { label: 'Asked for', value: text(sentence(challenge.kind)) },
          {
            label: 'Accepted methods',
            value: methods == null ? null : text(methods.map(methodWords).join(', ')),
            missing: 'unknown what the user has',
          },
          ...(challenge.acr_values == null
            ? []
            : [{ label: 'ACR', value: text(challenge.acr_values, true) }]),
          ...(challenge.retry_after_s == null
            ? []
            : [{ label: 'Next try', value: `not within ${challenge.retry_after_s} s` }]),
          ...(challenge.expires_at == null
            ? []
            : [{ label: 'Expires', value: <Moment at={challenge.expires_at} /> }]),
        ]),
    ...(decision.resolution == null
      ? []
      : [{ label: 'Resolution', value: text(resolutionWords(decision.resolution)) }]),
    ...(outcome == null
      ? []
      : [
          { label: 'Reported', value: text(sentence(outcome.status)) },
          ...(outcome.method == null ? [] : [{ label: 'With', value: text(methodWords(outcome.method)) }]),
          ...(outcome.attempts == null ? [] : [{ label: 'Attempts', value: String(outcome.attempts) }]),
          ...(outcome.occurred_at == null
            ? []
            : [{ label: 'At', value: <Moment at={outcome.occurred_at} /> }]),
        ]),
    ...(decision.final_action == null
      ? []
      : [{ label: 'In the end', value: <ActionMark action={decision.final_action} /> }]),
  ];
};

const policyFacts = (decision: Decision): Fact[] => {
  const { policy, versions } = decision;
  return [
    { label: 'Policy', value: text(`${policy.id}@${policy.version}`, true) },
    { label: 'Rule', value: text(policy.rule, true) },
    { label: 'Mode', value: text(policy.mode == null ? null : sentence(policy.mode)) },
    // A challenge that is passed later teaches too.
    {
      label: 'Learned at once',
      value: text(decision.learning == null ? null : learningWords(decision.learning)),
    },
    { label: 'Engine', value: text(versions?.engine, true) },
    { label: 'Model', value: text(versions?.model, true) },
    { label: 'IP intelligence', value: text(versions?.ip_intelligence, true) },
  ];
};

function FeedbackHistory({ decision }: { readonly decision: Decision }) {
  const feedback = decision.feedback ?? [];
  if (feedback.length === 0) return <p className="empty-line">Nobody has judged this decision yet.</p>;
  return (
    <ul className="feedback" data-testid="feedback">
      {feedback.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: verdicts append and never move
        <li key={index}>
          <span className="feedback-verdict">{sentence(entry.verdict)}</span>{' '}
          <span className="muted">
            by {entry.actor?.id == null ? `the ${entry.source}` : <Untrusted>{entry.actor.id}</Untrusted>}
            {entry.recorded_at != null && (
              <>
                , <Moment at={entry.recorded_at} />
              </>
            )}
          </span>
          {entry.note != null && entry.note !== '' && (
            <p className="feedback-note">
              <Untrusted>{entry.note}</Untrusted>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function RawRecord({ decision }: { readonly decision: Decision }) {
  const json = JSON.stringify(decision, null, 2);
  return (
    <details className="raw">
      <summary>Whole record as JSON</summary>
      <div className="code-block">
        {/* Line breaks are the printer's own: inside strings JSON escapes them. */}
        <pre>
          <code>{json.split('\n').map(revealInside).join('\n')}</code>
        </pre>
        <CopyButton text={json} label="the record" />
      </div>
    </details>
  );
}

function Loaded({ decision, mayJudge }: { readonly decision: Decision; readonly mayJudge: boolean }) {
  const format = useFormat();
  const signals = decision.signals ?? [];
  const challenge = challengeFacts(decision);
  const warnings = decision.warnings ?? [];
  return (
    <>
      <Header decision={decision} mayJudge={mayJudge} />
      <div className="decision-grid">
        <div className="decision-main">
          <Panel title="Reasons">
            <Reasons decision={decision} />
          </Panel>
          <Panel
            title="Evidence"
            note={
              <>
                In nats: <span className="raises">▲ raises</span> the odds of a takeover,{' '}
                <span className="lowers">▼ lowers</span> them. Largest first.
              </>
            }
          >
            {decision.signals === undefined ? (
              <p className="empty-line">This record came without its signals.</p>
            ) : (
              <Waterfall decision={decision} />
            )}
          </Panel>
          <CounterfactualsPanel decision={decision} />
          <RelatedPanel decision={decision} />
          {signals.length > 0 && (
            <Panel title="Signals without evidence" note="To be unable to judge is not to be safe.">
              <QuietSignals signals={signals} />
            </Panel>
          )}
        </div>
        <div className="decision-side">
          <JourneyPanel decision={decision} />
          <Panel title="Where from">
            <FactList facts={whereFacts(decision, format)} />
          </Panel>
          <Panel title="Client">
            <FactList facts={clientFacts(decision)} />
          </Panel>
          <Panel title="Challenge and outcome" testId="outcome">
            {challenge.length === 0 ? (
              <p className="empty-line">No challenge was asked for.</p>
            ) : (
              <FactList facts={challenge} />
            )}
          </Panel>
          <Panel title="Verdicts">
            <FeedbackHistory decision={decision} />
          </Panel>
          <Panel title="Event">
            <FactList facts={eventFacts(decision)} />
          </Panel>
          <Panel title="Decided by">
            <FactList facts={policyFacts(decision)} />
          </Panel>
          {warnings.length > 0 && (
            <Panel title="Warnings" note="What was cut or cleaned in the request.">
              <ul className="details-list">
                {warnings.map((warning) => (
                  <li key={`${warning.pointer} ${warning.code}`}>
                    <Untrusted mono>{warning.pointer}</Untrusted>:{' '}
                    <Untrusted>{detailWords(warning.code, null, format).label}</Untrusted>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
        <div className="decision-foot">
          <RawRecord decision={decision} />
        </div>
      </div>
    </>
  );
}

function NotThere({ id }: { readonly id: string }) {
  return (
    <div className="empty empty-page">
      <h1>No such decision</h1>
      <p>
        <Untrusted mono>{id}</Untrusted> is not known in this tenant. It may have been erased, its retention
        may be over, or the link may be cut.
      </p>
      <Link to="/decisions" className="button button-strong">
        Search decisions
      </Link>
    </div>
  );
}

/** One decision, answered whole: what was decided, why, from what, and what became of it. */
export function DecisionPage() {
  const { decisionId } = useParams({ from: '/app/decisions/$decisionId' });
  return <DecisionOf key={decisionId} decisionId={decisionId} />;
}

function DecisionOf({ decisionId }: { readonly decisionId: string }) {
  const { session } = useRouteContext({ from: '/app/decisions/$decisionId' });
  useTitle('Decision');
  const query = useQuery(decisionQuery(decisionId));
  const problem = useProblem(query);
  const mayJudge = session.scopes.includes('feedback:write');
  return (
    <div className="page" data-testid="decision-page">
      <nav className="crumbs" aria-label="Breadcrumb">
        <Link to="/decisions">Decisions</Link>
        <span aria-hidden="true">/</span>
        <Untrusted mono cut>
          {decisionId}
        </Untrusted>
      </nav>
      {query.data === undefined && !isProblem(problem, 404) && <h1>Decision</h1>}
      {problem !== null &&
        (isProblem(problem, 404) ? (
          <NotThere id={decisionId} />
        ) : (
          <ProblemNote
            what="The decision could not be loaded"
            error={problem}
            onRetry={() => void query.refetch()}
            busy={query.isFetching}
            slim={query.data !== undefined}
          />
        ))}
      {query.data === undefined && problem === null && (
        <>
          <SkeletonLines lines={3} label="Loading the decision" />
          <SkeletonBlock label="Loading the evidence" />
        </>
      )}
      {query.data !== undefined && !isProblem(problem, 404) && (
        <Loaded decision={query.data} mayJudge={mayJudge} />
      )}
    </div>
  );
}
