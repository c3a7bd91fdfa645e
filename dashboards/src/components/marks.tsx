import { sentence } from '../lib/text.ts';
import { Untrusted } from './untrusted.tsx';

const ACTION_WORDS: Readonly<Record<string, string>> = {
  allow: 'Allow',
  challenge: 'Challenge',
  block: 'Block',
};

/** A shape of its own for each action, so that colour is never the only difference: disc, diamond, octagon. */
export function ActionGlyph({ action }: { readonly action: string }) {
  return (
    <svg className={`glyph glyph-${action}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {action === 'allow' && (
        <>
          <circle cx="8" cy="8" r="7" className="glyph-body" />
          <path d="M4.8 8.3l2.2 2.2 4.2-4.6" className="glyph-sign" />
        </>
      )}
      {action === 'challenge' && (
        <>
          <path d="M8 .6L15.4 8 8 15.4.6 8z" className="glyph-body" />
          <path d="M8 4.6v4M8 11.2v.1" className="glyph-sign" />
        </>
      )}
      {action === 'block' && (
        <>
          <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" className="glyph-body" />
          <path d="M4.8 8h6.4" className="glyph-sign" />
        </>
      )}
      {!Object.hasOwn(ACTION_WORDS, action) && (
        <rect x="2" y="2" width="12" height="12" className="glyph-body" />
      )}
    </svg>
  );
}

/** Glyph and word. An action that this version does not know is named as it is and looks like none of the known. */
export function ActionMark({ action, large = false }: { readonly action: string; readonly large?: boolean }) {
  return (
    <span className={`mark mark-action mark-${action}${large ? ' mark-large' : ''}`}>
      <ActionGlyph action={action} />
      {ACTION_WORDS[action] ?? <Untrusted>{action}</Untrusted>}
    </span>
  );
}

const LEVEL_BARS: Readonly<Record<string, number>> = { low: 1, medium: 2, high: 3 };

export function LevelGlyph({ level }: { readonly level: string }) {
  const lit = LEVEL_BARS[level] ?? 0;
  return (
    <svg className={`glyph level-${level}`} viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
      <rect x="0" y="8" width="3.6" height="4" rx="0.8" className={lit >= 1 ? 'bar-lit' : 'bar-dim'} />
      <rect x="5.2" y="4" width="3.6" height="8" rx="0.8" className={lit >= 2 ? 'bar-lit' : 'bar-dim'} />
      <rect x="10.4" y="0" width="3.6" height="12" rx="0.8" className={lit >= 3 ? 'bar-lit' : 'bar-dim'} />
    </svg>
  );
}

export function LevelMark({ level }: { readonly level: string }) {
  return (
    <span className="mark mark-level">
      <LevelGlyph level={level} />
      {Object.hasOwn(LEVEL_BARS, level) ? sentence(level) : <Untrusted>{level}</Untrusted>}
    </span>
  );
}
