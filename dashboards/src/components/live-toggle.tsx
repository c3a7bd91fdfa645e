import { PauseIcon, PlayIcon } from './icons.tsx';

interface LiveToggleProps {
  /** `still`: the range ended in the past, so nothing new can come. */
  readonly state: 'live' | 'paused' | 'failing' | 'still';
  readonly onToggle: () => void;
}

const WORDS = { live: 'Live', paused: 'Paused', failing: 'Reconnecting', still: 'Past range' };

/** Whether the page follows the present, and the switch for it. */
export function LiveToggle({ state, onToggle }: LiveToggleProps) {
  const paused = state === 'paused';
  return (
    <div className="live">
      <span className={`live-state live-${state}`} role="status" data-testid="live-state" data-state={state}>
        <span className="live-dot" aria-hidden="true" />
        {WORDS[state]}
      </span>
      {state !== 'still' && (
        <button type="button" className="button" onClick={onToggle} data-testid="live-toggle">
          {paused ? <PlayIcon /> : <PauseIcon />}
          {paused ? 'Resume' : 'Pause'}
        </button>
      )}
    </div>
  );
}
