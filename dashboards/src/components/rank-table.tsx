import type { ReactNode } from 'react';
import { useFormat } from './format-context.tsx';

export interface RankRow {
  readonly key: string;
  readonly label: ReactNode;
  readonly n: number;
  readonly failed?: number;
  readonly challenged?: number;
  readonly blocked?: number;
}

interface RankTableProps {
  readonly caption: string;
  /** Head of the first column. */
  readonly what: string;
  readonly rows: readonly RankRow[];
  readonly empty: string;
  readonly testId?: string;
}

/** What is most, with how often it failed, was challenged and blocked; a column without any figure is left out. */
export function RankTable({ caption, what, rows, empty, testId }: RankTableProps) {
  const format = useFormat();
  if (rows.length === 0) return <p className="empty-line">{empty}</p>;
  const columns = (
    [
      ['Decisions', 'n'],
      ['Failed', 'failed'],
      ['Challenged', 'challenged'],
      ['Blocked', 'blocked'],
    ] as const
  ).filter(([, key]) => rows.some((row) => row[key] !== undefined));
  return (
    // Narrow panels scroll sideways; the keyboard must reach that.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-scroll" tabIndex={0} aria-label={caption}>
      <table className="table rank" {...(testId === undefined ? {} : { 'data-testid': testId })}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            {columns.map(([label, key]) => (
              <th key={label} scope="col" className={`number rank-${key}`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.label}</th>
              {columns.map(([label, key]) => (
                <td key={label} className={`number rank-${key}`}>
                  {row[key] === 0 ? <span className="missing">0</span> : format.compact(row[key] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
