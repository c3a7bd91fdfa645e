import type { Decision } from '../api/types.ts';
import { type Counterfactual, neededForLow, withoutEach } from '../lib/counterfactuals.ts';
import { codeWords } from '../lib/text.ts';
import { DEFAULT_THRESHOLDS } from '../lib/waterfall.ts';
import { useFormat } from './format-context.tsx';
import { LevelMark } from './marks.tsx';
import { Panel } from './panel.tsx';
import { Untrusted } from './untrusted.tsx';

/** Smaller ones change nothing that anybody would notice. */
const MOST = 5;

function Names({ item }: { readonly item: Counterfactual }) {
  const names = item.without.map(({ id }) => codeWords(id));
  return <Untrusted>{names.join(' and ')}</Untrusted>;
}

/** What would have made the difference: the score without each piece of evidence, and the least that would do. */
export function CounterfactualsPanel({ decision }: { readonly decision: Decision }) {
  const format = useFormat();
  const signals = decision.signals ?? [];
  const thresholds = decision.policy.thresholds ?? DEFAULT_THRESHOLDS;
  const each = withoutEach(decision.risk, signals, thresholds).slice(0, MOST);
  const needed = neededForLow(decision.risk, signals, thresholds);
  if (each.length === 0) return null;
  return (
    <Panel title="What would have changed it" testId="counterfactuals">
      {needed !== null && (
        <p>
          Without{' '}
          <strong>
            <Names item={needed} />
          </strong>{' '}
          the level would have been low, at {needed.exact ? '' : 'no less than '}
          {format.percent(needed.score)}.
        </p>
      )}
      {needed === null && decision.risk.level !== 'low' && (
        <p>No evidence that is left out would have made the level low.</p>
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
          {each.map((item) => (
            <tr key={item.without[0]?.id ?? ''}>
              <th scope="row">
                <Names item={item} />
              </th>
              <td className="number">
                {item.exact ? '' : '≥ '}
                {format.percent(item.score)}
              </td>
              <td>
                <LevelMark level={item.level} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="field-note">
        Levels by score alone; rules of the policy can ask for more. ≥: a cap on the category would have left
        more of the others.
      </p>
    </Panel>
  );
}
