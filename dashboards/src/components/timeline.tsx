import { Link } from '@tanstack/react-router';
import type { Decision } from '../api/types.ts';
import { clientWords, networkWords, placeWords } from '../lib/place-words.ts';
import { reveal, sentence, splitCode } from '../lib/text.ts';
import { daysOf } from '../lib/timeline.ts';
import { resolutionWords } from '../lib/words.ts';
import { useFormat } from './format-context.tsx';
import { ActionGlyph, LevelMark } from './marks.tsx';
import { Untrusted } from './untrusted.tsx';

const ACTION_WORDS: Readonly<Record<string, string>> = {
  allow: 'allowed',
  challenge: 'challenged',
  block: 'blocked',
};

function Entry({ decision }: { readonly decision: Decision }) {
  const format = useFormat();
  const { event } = decision;
  const place = placeWords(decision, format);
  const where = [place ?? 'place unknown', networkWords(decision), clientWords(decision)].filter(
    (word): word is string => word !== null,
  );
  const [reason] = decision.reasons;
  const verdict = decision.feedback?.at(-1)?.verdict;
  return (
    <li className="tl-entry" data-testid="timeline-entry" data-decision-id={decision.id}>
      <span className="tl-glyph">
        <ActionGlyph action={decision.action} />
      </span>
      <div className="tl-words">
        <p className="tl-what">
          <Link to="/decisions/$decisionId" params={{ decisionId: decision.id }} className="tl-link">
            {splitCode(event.type).words} {event.status}, {ACTION_WORDS[decision.action] ?? decision.action}
          </Link>
          {decision.resolution != null && decision.resolution !== 'pending' && (
            <span className="tl-tag">{resolutionWords(decision.resolution)}</span>
          )}
          {verdict !== undefined && <span className="tl-tag">Marked {sentence(verdict).toLowerCase()}</span>}
        </p>
        <p className="tl-where">
          <Untrusted>{where.join(' · ')}</Untrusted>{' '}
          <Link
            to="/address"
            search={{ ip: event.context.ip }}
            className="mono"
            title={`Address ${reveal(event.context.ip)}`}
          >
            <Untrusted>{event.context.ip}</Untrusted>
          </Link>
        </p>
        {reason !== undefined && (
          <p className="tl-reason">
            <Untrusted>{reason.message}</Untrusted>
            {decision.reasons.length > 1 && (
              <span className="muted"> and {decision.reasons.length - 1} more</span>
            )}
          </p>
        )}
      </div>
      <div className="tl-risk">
        <LevelMark level={decision.risk.level} />
        <span className="score">{format.percent(decision.risk.score)}</span>
      </div>
      <time className="tl-time" dateTime={event.occurred_at} title={format.full(event.occurred_at)}>
        {format.clock(event.occurred_at)}
      </time>
    </li>
  );
}

/** What happened, newest first, a day at a time in the reader's zone. */
export function Timeline({ decisions }: { readonly decisions: readonly Decision[] }) {
  const format = useFormat();
  return (
    <div className="timeline" data-testid="timeline">
      {daysOf(decisions, format.offset_s).map(({ day, decisions: entries }) => (
        <section
          key={`${day} ${entries[0]?.id ?? ''}`}
          aria-label={format.day(entries[0]?.event.occurred_at ?? '')}
        >
          <h3 className="tl-day">{format.day(entries[0]?.event.occurred_at ?? '')}</h3>
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
