import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { PanelRow } from '../api/types.ts';
import { splitCode } from '../lib/text.ts';
import type { RangeSearch } from '../lib/time-range.ts';
import { useFormat } from './format-context.tsx';
import { Untrusted } from './untrusted.tsx';

/** Shown at first: the rest is a long tail. */
const FIRST_ROWS = 10;

/** Reason codes by how often they were given; each leads to its decisions in the same range. */
export function TopReasons({
  rows,
  range,
}: {
  readonly rows: readonly PanelRow[];
  readonly range: RangeSearch;
}) {
  const format = useFormat();
  const [all, setAll] = useState(false);
  const reasons = rows
    .map((row) => ({ code: String(row.reason ?? ''), n: Number(row.n ?? 0) }))
    .filter((reason) => reason.code !== '');
  const most = Math.max(1, ...reasons.map((reason) => reason.n));
  if (reasons.length === 0) {
    return <p className="empty-line">No reason was given in this range.</p>;
  }
  return (
    <>
      <table className="bars-table" data-testid="top-reasons">
        <caption className="visually-hidden">Reasons by number of decisions</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Decisions</th>
          </tr>
        </thead>
        <tbody>
          {reasons.slice(0, all ? reasons.length : FIRST_ROWS).map(({ code, n }) => {
            const { category, words } = splitCode(code);
            return (
              <tr key={code}>
                <th scope="row">
                  <Link to="/decisions" search={{ ...range, reason: code }} className="bars-link">
                    <span className="bars-words">
                      <Untrusted>{words}</Untrusted> <span className="category">{category}</span>
                    </span>
                    <span className="bars-track" aria-hidden="true">
                      <span className="bars-fill" style={{ inlineSize: `${(n / most) * 100}%` }} />
                    </span>
                  </Link>
                </th>
                <td>{format.compact(n)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {reasons.length > FIRST_ROWS && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => setAll(!all)}
          aria-expanded={all}
        >
          {all ? 'Show fewer' : `Show ${reasons.length - FIRST_ROWS} more`}
        </button>
      )}
    </>
  );
}
