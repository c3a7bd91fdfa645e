import type { Decision } from '../api/types.ts';
import { codeWords } from '../lib/text.ts';
import { useFormat } from './format-context.tsx';
import { LevelMark } from './marks.tsx';
import { Panel } from './panel.tsx';
import { Untrusted } from './untrusted.tsx';

/** Smaller ones change nothing that anybody would notice. */
const MOST = 5;

function Names({ codes }: { readonly codes: readonly string[] }) {
  return <Untrusted>{codes.map(codeWords).join(' and ')}</Untrusted>;
}

/** What would have made the difference, as the server sums it: the score without each signal, and the least that would do. */
export function CounterfactualsPanel({ decision }: { readonly decision: Decision }) {
  const format = useFormat();
  const found = decision.counterfactuals ?? null;
  if (found === null || found.without.length === 0) return null;
  const { without, together, fixed } = found;
  return (
    <Panel title="What would have changed it" testId="counterfactuals">
      {fixed.length > 0 ? (
        <p>
          A rule of the policy decided whatever the score: <Names codes={fixed} />.
        </p>
      ) : together === null ? (
        <p>No evidence that is left out would have made the level low.</p>
      ) : (
        together.length > 0 && (
          <p>
            Without{' '}
            <strong>
              <Names codes={together} />
            </strong>{' '}
            the level would have been low.
          </p>
        )
      )}
      <table className="table rank">
        <caption className="visually-hidden">Score and level without each piece of evidence</caption>
        <thead>
          <tr>
            <th scope="col">Without</th>
            <th scope="col" className="number">
              Score
            </th>
            <th scope="col">Level</th>
          </tr>
        </thead>
        <tbody>
          {without.slice(0, MOST).map(({ signal, score, level }) => (
            <tr key={signal} data-testid="without" data-score={score}>
              <th scope="row">
                <Names codes={[signal]} />
              </th>
              <td className="number">{format.percent(score)}</td>
              <td>
                <LevelMark level={level} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="field-note">Levels by score alone; rules of the policy can ask for more.</p>
    </Panel>
  );
}
