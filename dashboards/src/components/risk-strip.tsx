import { useNavigate } from '@tanstack/react-router';
import type { DecisionRow } from '../api/types.ts';
import { heightOf, riskPoints } from '../lib/timeline.ts';
import { DEFAULT_THRESHOLDS, logit } from '../lib/waterfall.ts';
import { useFormat } from './format-context.tsx';

const DAY_MS = 86_400_000;

interface RiskStripProps {
  readonly decisions: readonly DecisionRow[];
}

/**
 * Risk over time as dots: the higher the likelier a takeover, in log-odds, so that the low ones stay apart. The
 * timeline below it holds the same as words, so screen readers and the keyboard go there.
 */
export function RiskStrip({ decisions }: RiskStripProps) {
  const format = useFormat();
  const navigate = useNavigate();
  const times = decisions.map((decision) => Date.parse(decision.occurred_at)).filter(Number.isFinite);
  if (times.length === 0) return null;
  const to_ms = Math.max(...times);
  const from_ms = Math.min(Math.min(...times), to_ms - DAY_MS);
  const lines = [
    { name: 'medium', score: DEFAULT_THRESHOLDS.medium },
    { name: 'high', score: DEFAULT_THRESHOLDS.high },
  ];
  return (
    <div className="strip" aria-hidden="true" data-testid="risk-strip">
      <div className="strip-plot">
        {lines.map(({ name, score }) => (
          <div
            key={name}
            className="strip-line"
            style={{ insetBlockEnd: `${heightOf(logit(score)) * 100}%` }}
          >
            <span>
              {name} {format.percent(score)}
            </span>
          </div>
        ))}
        {riskPoints(decisions, { from_ms, to_ms }).map(({ decision, x, y }) => (
          <button
            key={decision.id}
            type="button"
            tabIndex={-1}
            className={`strip-dot strip-${decision.action}`}
            style={{ insetInlineStart: `${x * 100}%`, insetBlockEnd: `${y * 100}%` }}
            title={`${format.full(decision.occurred_at)}: ${decision.action}, ${format.percent(decision.score)}`}
            onClick={() =>
              void navigate({ to: '/decisions/$decisionId', params: { decisionId: decision.id } })
            }
          />
        ))}
      </div>
      <div className="strip-ends">
        <span>{format.stamp(from_ms)}</span>
        <span>{format.stamp(to_ms)}</span>
      </div>
    </div>
  );
}
