import { setSingleKeys, useSingleKeys } from '../lib/shortcuts.ts';
import { Modal } from './modal.tsx';

const KEYS: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K or ⌘ K', 'Go to or do anything'],
      ['/', 'Search'],
      ['g then o', 'Overview'],
      ['g then d', 'Decisions'],
      ['g then r', 'Review queue'],
      ['g then h', 'Health'],
      ['t', 'Next theme'],
      ['?', 'This list'],
    ],
  },
  {
    title: 'Lists',
    keys: [
      ['j, k', 'Next, previous'],
      ['Enter or o', 'Open'],
    ],
  },
  {
    title: 'Review queue',
    keys: [
      ['1', 'Legitimate'],
      ['2', 'Compromised'],
      ['3', 'Dismiss'],
      ['z', 'Take back the last verdict (5 s)'],
      ['s', 'Skip for now'],
      ['u', 'Open the user'],
    ],
  },
];

/** All keys, and the switch for those that need no modifier. */
export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const on = useSingleKeys();
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose} className="shortcut-help" testId="shortcut-help">
      <div className="shortcut-columns">
        {KEYS.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, words]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="check">
        <input type="checkbox" checked={on} onChange={(event) => setSingleKeys(event.target.checked)} />
        Single keys do something
      </label>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Modal>
  );
}
