import type { PanelRow } from '../api/types.ts';
import { countIn, numberIn, textIn } from '../lib/rows.ts';
import { methodWords } from '../lib/words.ts';
import { useFormat } from './format-context.tsx';
import { Untrusted } from './untrusted.tsx';

/** How challenges were answered, by method. */
export function MethodTable({ rows }: { readonly rows: readonly PanelRow[] }) {
  const format = useFormat();
  if (rows.length === 0) return <p className="empty-line">No challenge was answered in this range.</p>;
  return (
    <table className="table rank">
      <caption className="visually-hidden">How challenges were answered, by method</caption>
      <thead>
        <tr>
          <th scope="col">Method</th>
          <th scope="col" className="number">
            Answered
          </th>
          <th scope="col" className="number">
            Passed
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const method = textIn(row, 'method');
          const rate = numberIn(row, 'pass_rate');
          return (
            <tr key={method ?? ''}>
              <th scope="row">
                {method === null ? (
                  <span className="missing">not said</span>
                ) : (
                  <Untrusted>{methodWords(method)}</Untrusted>
                )}
              </th>
              <td className="number">{format.compact(countIn(row, 'n'))}</td>
              <td className="number">{rate === null ? '–' : format.percent(rate)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
