import { Link } from '@tanstack/react-router';
import type { Decision, Signal } from '../api/types.ts';
import { detailWords, probabilityOf } from '../lib/format.ts';
import { splitCode } from '../lib/text.ts';
import {
  DEFAULT_THRESHOLDS,
  isWhole,
  type Waterfall as Layout,
  layOut,
  percentOf,
  type WaterfallStep,
} from '../lib/waterfall.ts';
import { useFormat } from './format-context.tsx';
import { Untrusted } from './untrusted.tsx';

const DECISION_ID = /^dec_[0-9a-zA-Z-]{1,64}$/;

/** What a signal found, in its numbers. A decision that it refers to can be opened. */
export function SignalDetails({ signal }: { readonly signal: Signal }) {
  const format = useFormat();
  const details = Object.entries(signal.details ?? {}).filter(
    ([key, value]) => key !== 'why' && value !== null,
  );
  if (details.length === 0) return null;
  return (
    <ul className="details-list">
      {details.map(([key, value]) => {
        if (typeof value === 'string' && DECISION_ID.test(value)) {
          return (
            <li key={key}>
              <Link to="/decisions/$decisionId" params={{ decisionId: value }}>
                {detailWords(key, null, format).label.replace(/ ID$/, '')}
              </Link>
            </li>
          );
        }
        const { label, text } = detailWords(key, value, format);
        return (
          <li key={key}>
            {label}: <Untrusted>{text}</Untrusted>
          </li>
        );
      })}
    </ul>
  );
}

/** The lines of the thresholds and of zero risk evidence, drawn in every row so that they run through all. */
function Lines({ layout }: { readonly layout: Layout }) {
  return (
    <>
      {layout.thresholds.map((line) => (
        <span
          key={line.name}
          className={`wf-line wf-line-${line.name}`}
          style={{ insetInlineStart: `${percentOf(layout, line.logOdds)}%` }}
        />
      ))}
    </>
  );
}

interface BarProps {
  readonly layout: Layout;
  readonly from: number;
  readonly to: number;
  readonly kind: 'raises' | 'lowers' | 'sum';
}

function Bar({ layout, from, to, kind }: BarProps) {
  const start = percentOf(layout, Math.min(from, to));
  const end = percentOf(layout, Math.max(from, to));
  return (
    <div className="wf-track" aria-hidden="true">
      <Lines layout={layout} />
      <span
        className={`wf-bar wf-${kind}`}
        style={{ insetInlineStart: `${start}%`, inlineSize: `max(3px, ${end - start}%)` }}
      />
      {kind !== 'sum' && (
        <span className="wf-reach" style={{ insetInlineStart: `${percentOf(layout, to)}%` }} />
      )}
    </div>
  );
}

function StepRow({
  layout,
  step,
  message,
}: {
  readonly layout: Layout;
  readonly step: WaterfallStep;
  readonly message: string | null;
}) {
  const format = useFormat();
  const { signal } = step;
  const { category, words } = splitCode(signal.id);
  const raises = signal.log_odds >= 0;
  return (
    <tr data-testid="waterfall-step" data-signal={signal.id}>
      <th scope="row" className="wf-label">
        <span className="wf-name">
          <Untrusted>{words}</Untrusted> <span className="category">{category}</span>
        </span>
        {message !== null && (
          <span className="wf-message">
            <Untrusted>{message}</Untrusted>
          </span>
        )}
        <SignalDetails signal={signal} />
      </th>
      <td className="wf-cell">
        <Bar layout={layout} from={step.start} to={step.end} kind={raises ? 'raises' : 'lowers'} />
      </td>
      <td className="wf-value">
        <span className={raises ? 'raises' : 'lowers'}>
          <span aria-hidden="true">{raises ? '▲' : '▼'}</span> {format.nats(signal.log_odds)}
        </span>
        {step.weighed && (
          <span
            className="sub"
            title="As its judge means it: before the model’s weight and the cap of its category"
          >
            raw {format.nats(signal.raw_log_odds)}
          </span>
        )}
      </td>
      <td className="wf-after">{probabilityOf(step.end, format)}</td>
    </tr>
  );
}

function Axis({ layout, ownThresholds }: { readonly layout: Layout; readonly ownThresholds: boolean }) {
  const format = useFormat();
  return (
    <div className="wf-axis">
      <div className="wf-lines-legend">
        {layout.thresholds.map((line) => (
          <span
            key={line.name}
            className={`wf-line-name wf-line-name-${line.name}`}
            style={{ insetInlineStart: `${percentOf(layout, line.logOdds)}%` }}
            title={`${line.name} from ${format.percent(line.score)}, ${format.nats(line.logOdds)} nats${
              ownThresholds ? '' : ' (default policy)'
            }`}
          >
            {line.name}
          </span>
        ))}
      </div>
      <div className="wf-ticks" aria-hidden="true">
        {layout.ticks.map((tick) => (
          <span key={tick} className="wf-tick" style={{ insetInlineStart: `${percentOf(layout, tick)}%` }}>
            {format.nats(tick).replace(/[.,]00$/, '')}
          </span>
        ))}
      </div>
    </div>
  );
}

/**
 * How a decision came to its score: the prior, every piece of evidence in nats from the largest down, and the sum,
 * against the lines where the levels begin. It is a table first, so that it reads the same without its bars.
 */
export function Waterfall({ decision }: { readonly decision: Decision }) {
  const format = useFormat();
  const ownThresholds = decision.policy.thresholds != null;
  const layout = layOut(
    decision.risk,
    decision.signals ?? [],
    decision.policy.thresholds ?? DEFAULT_THRESHOLDS,
  );
  // In the words of its day where it was a reason, so that one finding is not said in two ways on a page.
  const messages = new Map(decision.reasons.map((reason) => [reason.code, reason.message]));
  return (
    <div className="waterfall" data-testid="waterfall">
      <table>
        <caption className="visually-hidden">
          Evidence in nats from the prior to the score. Thresholds:{' '}
          {layout.thresholds
            .map(
              (line) => `${line.name} from ${format.percent(line.score)} (${format.nats(line.logOdds)} nats)`,
            )
            .join(', ')}
        </caption>
        <thead>
          <tr>
            <th scope="col">Evidence</th>
            <th scope="col" className="wf-cell">
              <span className="visually-hidden">Bar</span>
              <Axis layout={layout} ownThresholds={ownThresholds} />
            </th>
            <th scope="col" className="wf-value">
              Nats
            </th>
            <th scope="col" className="wf-after">
              Probability after
            </th>
          </tr>
        </thead>
        <tbody>
          <tr className="wf-sum" data-testid="waterfall-prior">
            <th scope="row" className="wf-label">
              <span className="wf-name">Prior</span>
              <span className="wf-message">A takeover, before any evidence</span>
            </th>
            <td className="wf-cell">
              <Bar layout={layout} from={layout.domain.min} to={layout.prior} kind="sum" />
            </td>
            <td className="wf-value">{format.nats(layout.prior)}</td>
            <td className="wf-after">{probabilityOf(layout.prior, format)}</td>
          </tr>
          {layout.steps.map((step) => (
            <StepRow
              key={step.signal.id}
              layout={layout}
              step={step}
              message={messages.get(step.signal.id) ?? step.signal.message ?? null}
            />
          ))}
          <tr className="wf-sum wf-total" data-testid="waterfall-total">
            <th scope="row" className="wf-label">
              <span className="wf-name">Score</span>
              <span className="wf-message">Prior and evidence together</span>
            </th>
            <td className="wf-cell">
              <Bar layout={layout} from={layout.domain.min} to={layout.total} kind="sum" />
            </td>
            <td className="wf-value">{format.nats(layout.total)}</td>
            <td className="wf-after">{format.percent(decision.risk.score)}</td>
          </tr>
        </tbody>
      </table>
      {layout.steps.length === 0 && (
        <p className="empty-line">No signal gave evidence either way: the score is the prior.</p>
      )}
      {!isWhole(layout) && (
        <p className="note-warn" role="note">
          This record is not whole: its parts differ from the stated total by {format.nats(layout.residual)}{' '}
          nats.
        </p>
      )}
    </div>
  );
}
