import { useEffect, useState } from 'react';
import { CopyIcon } from './icons.tsx';

type State = 'idle' | 'copied' | 'failed';

/** Copies text; says whether it worked, in the button and to screen readers. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [state, setState] = useState<State>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  // Browsers give pages no clipboard outside of secure contexts (plain http to another machine).
  if (!window.isSecureContext) return null;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  };
  const word = { idle: 'Copy', copied: 'Copied', failed: 'Not copied' }[state];
  return (
    <button type="button" className="button button-quiet" onClick={copy} aria-label={`${word}: ${label}`}>
      <CopyIcon />
      <span aria-live="polite">{word}</span>
    </button>
  );
}
