import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { DecisionRow } from '../api/types.ts';
import { COLUMNS, type ColumnId, DEFAULT_COLUMNS } from '../lib/columns.ts';
import type { Format } from '../lib/format.ts';
import { clientWords, networkWords, placeWords } from '../lib/place-words.ts';
import { useShortcuts } from '../lib/shortcuts.ts';
import { reveal, sentence, splitCode } from '../lib/text.ts';
import { methodWords, resolutionWords } from '../lib/words.ts';
import { useFormat } from './format-context.tsx';
import { ActionMark, LevelMark } from './marks.tsx';
import { Nobody } from './nobody.tsx';
import { Untrusted } from './untrusted.tsx';
import type { VirtualRows } from './virtual-rows.tsx';

/** Ids that were not there at the last look; nothing is fresh at the first, or after `scope` changed. */
const useFreshIds = (rows: readonly DecisionRow[], scope: string): ReadonlySet<string> => {
  const seen = useRef<{ scope: string; ids: ReadonlySet<string> } | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const ids = new Set(rows.map((row) => row.id));
    const before = seen.current;
    seen.current = { scope, ids };
    if (before === null || before.scope !== scope) setFresh(new Set());
    else {
      const news = [...ids].filter((id) => !before.ids.has(id));
      if (news.length > 0 && news.length < ids.size) setFresh(new Set(news));
    }
  }, [rows, scope]);
  return fresh;
};

function Missing({ children }: { readonly children: string }) {
  return <span className="missing">{children}</span>;
}

/** What stands in a column of a row. */
const CELLS: Readonly<Record<ColumnId, (row: DecisionRow, format: Format, now_ms: number) => ReactNode>> = {
  time: (row, format, now_ms) => (
    <Link to="/decisions/$decisionId" params={{ decisionId: row.id }} className="row-link">
      <span className="visually-hidden">Open decision of </span>
      <time dateTime={row.occurred_at} title={format.full(row.occurred_at)}>
        {format.moment(row.occurred_at, now_ms)}
      </time>
    </Link>
  ),
  action: (row, format) => (
    <>
      <ActionMark action={row.action} />
      <span className="sub narrow-only">
        {format.percent(row.score)} {row.level}
      </span>
      {row.enforced !== row.action && (
        <span className="sub">
          would: <span>{row.enforced}</span>
        </span>
      )}
    </>
  ),
  risk: (row, format) => (
    <>
      <LevelMark level={row.level} />
      <span className="score">{format.percent(row.score)}</span>
    </>
  ),
  user: (row, format) => (
    <>
      {row.user_id === null ? (
        <Nobody row={row} />
      ) : (
        <Link to="/user" search={{ id: row.user_id }} className="pivot" title={`User ${reveal(row.user_id)}`}>
          <Untrusted>{row.user_id}</Untrusted>
        </Link>
      )}
      <span className="sub narrow-only">
        <Untrusted cut>
          {[placeWords(row, format), row.ip].filter((word) => word !== null).join(' · ')}
        </Untrusted>
      </span>
    </>
  ),
  event: (row) => (
    <span className={`event-words status-${row.status}`}>
      <span>{splitCode(row.type).words}</span> <span className="event-status">{row.status}</span>
    </span>
  ),
  from: (row, format) => {
    const place = placeWords(row, format);
    return (
      <>
        <Link
          to="/address"
          search={{ ip: row.ip }}
          className="pivot mono"
          title={`Address ${reveal(row.ip)}`}
        >
          <Untrusted>{row.ip}</Untrusted>
        </Link>
        <span className="sub">
          {place === null ? <Missing>place unknown</Missing> : <Untrusted cut>{place}</Untrusted>}
        </span>
      </>
    );
  },
  network: (row) => {
    const network = networkWords(row);
    const client = clientWords(row);
    return (
      <>
        {network === null ? (
          <Missing>unknown</Missing>
        ) : row.asn === null ? (
          <Untrusted cut>{network}</Untrusted>
        ) : (
          <Link to="/network" search={{ asn: String(row.asn) }} className="pivot" title={reveal(network)}>
            <Untrusted>{network}</Untrusted>
          </Link>
        )}
        {client !== null && (
          <span className="sub">
            <Untrusted cut>{client}</Untrusted>
          </span>
        )}
      </>
    );
  },
  reason: (row) => {
    const [reason, ...more] = row.reasons;
    if (reason === undefined) return <Missing>nothing against it</Missing>;
    const { category, words } = splitCode(reason);
    return (
      <>
        <Untrusted cut>{words}</Untrusted>
        <span className="sub">
          {category}
          {more.length > 0 && `, and ${more.length} more`}
        </span>
      </>
    );
  },
  outcome: (row) =>
    row.resolution === null ? (
      <Missing>none</Missing>
    ) : (
      <>
        {resolutionWords(row.resolution)}
        {row.final_action !== null && <span className="sub">finally {row.final_action}</span>}
      </>
    ),
  verdict: (row) => (row.verdict === null ? <Missing>none</Missing> : sentence(row.verdict)),
  application: (row) => <Untrusted cut>{row.application}</Untrusted>,
  device: (row) =>
    row.device_key === null ? (
      <Missing>none</Missing>
    ) : (
      <Link
        to="/device"
        search={{ key: row.device_key }}
        className="pivot mono"
        title={`Device ${reveal(row.device_key)}`}
      >
        <Untrusted>{row.device_key}</Untrusted>
      </Link>
    ),
  agent: (row) =>
    row.user_agent === null ? <Missing>none</Missing> : <Untrusted cut>{row.user_agent}</Untrusted>,
  method: (row) =>
    row.method === null ? <Missing>not said</Missing> : <Untrusted cut>{methodWords(row.method)}</Untrusted>,
  rule: (row) => (
    <>
      <Untrusted cut>{row.rule ?? 'none'}</Untrusted>
      <span className="sub">{row.mode}</span>
    </>
  ),
  source: (row) => (
    <>
      {sentence(row.source)}
      {row.degraded && <span className="sub">degraded</span>}
    </>
  ),
};

interface RowProps {
  readonly row: DecisionRow;
  readonly columns: readonly ColumnId[];
  readonly fresh: boolean;
  readonly now_ms: number;
  readonly index: number;
}

function Row({ row, columns, fresh, now_ms, index }: RowProps) {
  const format = useFormat();
  return (
    <tr
      className={fresh ? 'is-fresh' : undefined}
      aria-rowindex={index + 2}
      data-testid="decision-row"
      data-decision-id={row.id}
    >
      {columns.map((column) => (
        <td key={column} className={`col-${column}`}>
          {CELLS[column](row, format, now_ms)}
        </td>
      ))}
    </tr>
  );
}

/** Shorter lists are drawn whole: find-in-page and printing then see all of them. */
const VIRTUAL_FROM = 100;

/** Below what stays at the top of the window while the page scrolls: the table's own head is the lowest of it. */
const isInView = (element: HTMLElement): boolean => {
  const head = element.closest('table')?.tHead?.getBoundingClientRect().bottom ?? 0;
  return element.getBoundingClientRect().top >= Math.max(0, head);
};

interface DecisionTableProps {
  readonly rows: readonly DecisionRow[];
  /** Read by screen readers as the table's name. */
  readonly caption: string;
  readonly columns?: readonly ColumnId[];
  /** Set where rows arrive by themselves: new ones are lit for a moment, unless the scope changed. */
  readonly liveScope?: string;
  /** The keys j and k go through the rows; one table on a page may have them. */
  readonly keys?: boolean;
  /** For tables that may become long. Handed in, so that pages whose tables do not are spared its code. */
  readonly LongRows?: typeof VirtualRows;
}

/** Decisions, newest first: the time opens one; a user, an address or a network leads to its own page. */
export function DecisionTable({
  rows,
  caption,
  columns = DEFAULT_COLUMNS,
  liveScope,
  keys = false,
  LongRows,
}: DecisionTableProps) {
  const fresh = useFreshIds(rows, liveScope ?? '');
  const now_ms = Date.now();
  const body = useRef<HTMLTableSectionElement>(null);
  const long = LongRows !== undefined && rows.length >= VIRTUAL_FROM;
  const move = (by: 1 | -1): void => {
    const links = [...(body.current?.querySelectorAll<HTMLElement>('.row-link') ?? [])];
    const now = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement));
    // Nobody's turn, or a row's that was scrolled away: the reading goes on where the reader looks.
    const next = now < 0 ? links.find(isInView) : links[now + by];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts(
    keys
      ? {
          j: () => move(1),
          k: () => move(-1),
          o: () => {
            if (body.current?.contains(document.activeElement))
              (document.activeElement as HTMLElement).click();
          },
        }
      : {},
  );

  const rowAt = (index: number): ReactNode => {
    const row = rows[index];
    return row === undefined ? null : (
      <Row
        key={row.id}
        row={row}
        columns={columns}
        fresh={liveScope !== undefined && fresh.has(row.id)}
        now_ms={now_ms}
        index={index}
      />
    );
  };

  const shown = COLUMNS.filter(({ id }) => columns.includes(id));
  const least_px = shown.reduce((sum, { width }) => sum + width, 0);
  const usual = columns === DEFAULT_COLUMNS || columns.join() === DEFAULT_COLUMNS.join();
  return (
    <div className={usual ? 'decisions-frame' : 'table-scroll'}>
      <table
        className={usual ? 'table decisions decisions-usual' : 'table decisions'}
        data-testid="decision-table"
        aria-rowcount={rows.length + 1}
        {...(usual ? {} : { style: { minInlineSize: `${least_px}px` } })}
      >
        <caption className="visually-hidden">{caption}</caption>
        {!usual && (
          <colgroup>
            {shown.map((column) => (
              <col
                key={column.id}
                {...('grow' in column ? {} : { style: { inlineSize: `${column.width}px` } })}
              />
            ))}
          </colgroup>
        )}
        <thead>
          <tr>
            {shown.map(({ id, label }) => (
              <th key={id} scope="col" className={`col-${id}`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} className={long ? 'is-long' : undefined}>
          {long ? (
            <LongRows count={rows.length} body={body} row={rowAt} />
          ) : (
            rows.map((_, index) => rowAt(index))
          )}
        </tbody>
      </table>
    </div>
  );
}
