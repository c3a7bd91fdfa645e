import { changeWords, type Outcomes, type Summary } from '../lib/summary.ts';
import { useFormat } from './format-context.tsx';
import { ActionGlyph } from './marks.tsx';

interface TileProps {
  readonly label: string;
  readonly action?: string;
  readonly value: string;
  readonly exact: string;
  readonly note: string;
  readonly testId: string;
}

function Tile({ label, action, value, exact, note, testId }: TileProps) {
  return (
    <div className="tile" data-testid={testId}>
      <dt>
        {action !== undefined && <ActionGlyph action={action} />}
        {label}
      </dt>
      <dd>
        <span className="tile-value" title={exact}>
          {value}
        </span>
        <span className="tile-note">{note}</span>
      </dd>
    </div>
  );
}

interface StatTilesProps {
  readonly summary: Summary | null;
  /** The period before; null while it loads or when it could not be had. */
  readonly before: Summary | null;
  /** What challenges came to; null while it loads or when it could not be had. */
  readonly outcomes: Outcomes | null;
  /** The last try to load them failed. */
  readonly outcomesFailed: boolean;
}

/** The range in six numbers, each beside the period of the same length before it. */
export function StatTiles({ summary, before, outcomes, outcomesFailed }: StatTilesProps) {
  const format = useFormat();
  if (summary === null) {
    return (
      <div className="tiles" role="status">
        <span className="visually-hidden">Loading the summary</span>
        {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
          <div key={key} className="tile">
            <div className="skeleton skeleton-line skeleton-w3" />
            <div className="skeleton skeleton-number" />
          </div>
        ))}
      </div>
    );
  }
  const change = (now: number, then: number | undefined): string =>
    then === undefined ? '\u00a0' : changeWords(now, then, format);
  const rate = (now: number, then: number | undefined): string => {
    if (summary.decisions === 0) return 'no decisions';
    const share = `${format.percent(now)} of decisions`;
    return then === undefined ? share : `${share}, before ${format.percent(then)}`;
  };
  return (
    <dl className="tiles" data-testid="summary">
      <Tile
        testId="tile-decisions"
        label="Decisions"
        value={format.compact(summary.decisions)}
        exact={format.count(summary.decisions)}
        note={change(summary.decisions, before?.decisions)}
      />
      <Tile
        testId="tile-users"
        label="Users"
        value={format.compact(summary.users)}
        exact={format.count(summary.users)}
        note={change(summary.users, before?.users)}
      />
      <Tile
        testId="tile-failed"
        label="Failed"
        value={format.compact(summary.failed)}
        exact={format.count(summary.failed)}
        note={change(summary.failed, before?.failed)}
      />
      <Tile
        testId="tile-challenged"
        label="Challenged"
        action="challenge"
        value={format.compact(summary.challenged)}
        exact={format.count(summary.challenged)}
        note={rate(summary.challengeRate, before?.decisions === 0 ? undefined : before?.challengeRate)}
      />
      <Tile
        testId="tile-blocked"
        label="Blocked"
        action="block"
        value={format.compact(summary.blocked)}
        exact={format.count(summary.blocked)}
        note={rate(summary.blockRate, before?.decisions === 0 ? undefined : before?.blockRate)}
      />
      <Tile
        testId="tile-passed"
        label="Challenges passed"
        value={outcomes?.passRate == null ? '–' : format.percent(outcomes.passRate)}
        exact={
          outcomes === null ? '' : `${format.count(outcomes.passed)} of ${format.count(outcomes.answered)}`
        }
        note={
          outcomes === null
            ? outcomesFailed
              ? 'could not be loaded'
              : '\u00a0'
            : outcomes.challenged === 0
              ? 'none was asked for'
              : `of ${format.compact(outcomes.answered)} answered, ${format.compact(outcomes.unanswered)} unanswered`
        }
      />
    </dl>
  );
}
