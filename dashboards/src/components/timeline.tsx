import { Link } from '@tanstack/react-router';
import type { DecisionRow } from '../api/types.ts';
import { clientWords, networkWords, placeWords } from '../lib/place-words.ts';
import { codeWords, reveal, sentence, splitCode } from '../lib/text.ts';
import { daysOf } from '../lib/timeline.ts';
import { resolutionWords } from '../lib/words.ts';
import { useFormat } from './format-context.tsx';
import { ActionGlyph, LevelMark } from './marks.tsx';
import { Untrusted } from './untrusted.tsx';

/** Reasons that are named in a line. */
const MOST_REASONS = 3;

const ACTION_WORDS: Readonly<Record<string, string>> = {
  allow: 'allowed',
  challenge: 'challenged',
  block: 'blocked',
};

function Entry({ decision }: { readonly decision: DecisionRow }) {
  const format = useFormat();
  const place = placeWords(decision, format);
  const where = [place ?? 'place unknown', networkWords(decision), clientWords(decision)].filter(
    (word): word is string => word !== null,
  );
  // A rule of the policy may have the words of the signal that it looks at.
  const reasons = [...new Set(decision.reasons.map((code) => codeWords(code)))];
  const verdict = decision.verdict;
  return (
    <li className="tl-entry" data-testid="timeline-entry" data-decision-id={decision.id}>
      <span className="tl-glyph">
        <ActionGlyph action={decision.action} />
      </span>
      <div className="tl-words">
        <p className="tl-what">
          <Link to="/decisions/$decisionId" params={{ decisionId: decision.id }} className="tl-link">
            {splitCode(decision.type).words} {decision.status},{' '}
            {ACTION_WORDS[decision.action] ?? decision.action}
          </Link>
          {decision.resolution !== null && decision.resolution !== 'pending' && (
            <span className="tl-tag">{resolutionWords(decision.resolution)}</span>
          )}
          {verdict !== null && <span className="tl-tag">Marked {sentence(verdict).toLowerCase()}</span>}
        </p>
        <p className="tl-where">
          <Untrusted>{where.join(' · ')}</Untrusted>{' '}
          <Link
            to="/address"
            search={{ ip: decision.ip }}
            className="mono"
            title={`Address ${reveal(decision.ip)}`}
          >
            <Untrusted>{decision.ip}</Untrusted>
          </Link>
        </p>
        {reasons.length > 0 && (
          <p className="tl-reason">
            <Untrusted>{reasons.slice(0, MOST_REASONS).join(', ')}</Untrusted>
            {reasons.length > MOST_REASONS && (
              <span className="muted"> and {reasons.length - MOST_REASONS} more</span>
            )}
          </p>
        )}
      </div>
      <div className="tl-risk">
        <LevelMark level={decision.level} />
        <span className="score">{format.percent(decision.score)}</span>
      </div>
      <time className="tl-time" dateTime={decision.occurred_at} title={format.full(decision.occurred_at)}>
        {format.clock(decision.occurred_at)}
      </time>
    </li>
  );
}

/** What happened, newest first, a day at a time in the reader's zone. */
export function Timeline({ decisions }: { readonly decisions: readonly DecisionRow[] }) {
  const format = useFormat();
  return (
    <div className="timeline" data-testid="timeline">
      {daysOf(decisions, format.offset_s).map(({ day, decisions: entries }) => (
        <section
          key={`${day} ${entries[0]?.id ?? ''}`}
          aria-label={format.day(entries[0]?.occurred_at ?? '')}
        >
          <h3 className="tl-day">{format.day(entries[0]?.occurred_at ?? '')}</h3>
          <ol>
            {entries.map((decision) => (
              <Entry key={decision.id} decision={decision} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}
