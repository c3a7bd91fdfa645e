import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Decision } from '../api/types.ts';
import { clientWords, networkWords, placeWords } from '../lib/place-words.ts';
import { reveal, splitCode } from '../lib/text.ts';
import { useFormat } from './format-context.tsx';
import { ActionMark, LevelMark } from './marks.tsx';
import { Untrusted } from './untrusted.tsx';

/** Ids that were not there at the last look; nothing is fresh at the first, or after `scope` changed. */
const useFreshIds = (decisions: readonly Decision[], scope: string): ReadonlySet<string> => {
  const seen = useRef<{ scope: string; ids: ReadonlySet<string> } | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const ids = new Set(decisions.map((decision) => decision.id));
    const before = seen.current;
    seen.current = { scope, ids };
    if (before === null || before.scope !== scope) setFresh(new Set());
    else {
      const news = [...ids].filter((id) => !before.ids.has(id));
      if (news.length > 0) setFresh(new Set(news));
    }
  }, [decisions, scope]);
  return fresh;
};

function EventWords({ decision }: { readonly decision: Decision }) {
  const { type, status } = decision.event;
  return (
    <span className={`event-words status-${status}`}>
      <span>{splitCode(type).words}</span> <span className="event-status">{status}</span>
    </span>
  );
}

function UserCell({ decision }: { readonly decision: Decision }) {
  const id = decision.event.user?.id;
  if (id == null) return <span className="missing">no user named</span>;
  return (
    <Link to="/user" search={{ id }} className="pivot" title={`User ${reveal(id)}`}>
      <Untrusted>{id}</Untrusted>
    </Link>
  );
}

function Row({
  decision,
  fresh,
  now_ms,
}: {
  readonly decision: Decision;
  readonly fresh: boolean;
  readonly now_ms: number;
}) {
  const format = useFormat();
  const place = placeWords(decision, format);
  const network = networkWords(decision);
  const client = clientWords(decision);
  const [reason, ...more] = decision.reasons;
  const at = decision.event.occurred_at;
  const { ip } = decision.event.context;
  return (
    <tr className={fresh ? 'is-fresh' : undefined} data-testid="decision-row" data-decision-id={decision.id}>
      <td className="col-time">
        <Link to="/decisions/$decisionId" params={{ decisionId: decision.id }} className="row-link">
          <span className="visually-hidden">Open decision of </span>
          <time dateTime={at} title={format.full(at)}>
            {format.moment(at, now_ms)}
          </time>
        </Link>
      </td>
      <td className="col-action">
        <ActionMark action={decision.action} />
        <span className="sub narrow-only">
          {format.percent(decision.risk.score)} {decision.risk.level}
        </span>
        {decision.policy.would_have != null && (
          <span className="sub">
            would: <span>{decision.policy.would_have}</span>
          </span>
        )}
      </td>
      <td className="col-risk">
        <LevelMark level={decision.risk.level} />
        <span className="score">{format.percent(decision.risk.score)}</span>
      </td>
      <td className="col-user">
        <UserCell decision={decision} />
        <span className="sub narrow-only">
          <Untrusted cut>{[place, ip].filter((word) => word !== null).join(' · ')}</Untrusted>
        </span>
      </td>
      <td className="col-event">
        <EventWords decision={decision} />
      </td>
      <td className="col-from">
        <Link to="/address" search={{ ip }} className="pivot mono" title={`Address ${reveal(ip)}`}>
          <Untrusted>{ip}</Untrusted>
        </Link>
        <span className="sub">
          {place === null ? (
            <span className="missing">place unknown</span>
          ) : (
            <Untrusted cut>{place}</Untrusted>
          )}
        </span>
      </td>
      <td className="col-network">
        {network === null ? <span className="missing">unknown</span> : <Untrusted cut>{network}</Untrusted>}
        {client !== null && (
          <span className="sub">
            <Untrusted cut>{client}</Untrusted>
          </span>
        )}
      </td>
      <td className="col-reason">
        {reason === undefined ? (
          <span className="missing">nothing against it</span>
        ) : (
          <>
            <Untrusted cut>{reason.message}</Untrusted>
            {more.length > 0 && <span className="sub">and {more.length} more</span>}
          </>
        )}
      </td>
    </tr>
  );
}

interface DecisionTableProps {
  readonly decisions: readonly Decision[];
  /** Read by screen readers as the table's name. */
  readonly caption: string;
  /** Set where rows arrive by themselves: new ones are lit for a moment, unless the scope changed. */
  readonly liveScope?: string;
}

/** Decisions, newest first: the time opens one, a user or an address leads to its own page. */
export function DecisionTable({ decisions, caption, liveScope }: DecisionTableProps) {
  const fresh = useFreshIds(decisions, liveScope ?? '');
  const now_ms = Date.now();
  return (
    <div className="table-scroll">
      <table className="table decisions" data-testid="decision-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="col-time">
              Time
            </th>
            <th scope="col" className="col-action">
              Action
            </th>
            <th scope="col" className="col-risk">
              Risk
            </th>
            <th scope="col" className="col-user">
              User
            </th>
            <th scope="col" className="col-event">
              Event
            </th>
            <th scope="col" className="col-from">
              From
            </th>
            <th scope="col" className="col-network">
              Network and client
            </th>
            <th scope="col" className="col-reason">
              First reason
            </th>
          </tr>
        </thead>
        <tbody>
          {decisions.map((decision) => (
            <Row
              key={decision.id}
              decision={decision}
              fresh={liveScope !== undefined && fresh.has(decision.id)}
              now_ms={now_ms}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
