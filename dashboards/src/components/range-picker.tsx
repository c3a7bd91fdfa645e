import { useId, useRef, useState } from 'react';
import {
  MOST_COUNTED_MS,
  PRESET_KEYS,
  type PresetKey,
  type RangeSearch,
  searchOfWindow,
  type TimeRange,
  windowOf,
} from '../lib/time-range.ts';
import { fromLocalInput, toLocalInput } from '../lib/zone.ts';
import { useFormat } from './format-context.tsx';

const SPOKEN: Readonly<Record<PresetKey, string>> = {
  '15m': 'Last 15 minutes',
  '1h': 'Last hour',
  '6h': 'Last 6 hours',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
};

interface RangePickerProps {
  readonly range: TimeRange;
  readonly onChange: (search: RangeSearch) => void;
  /** Offers a range without bounds. */
  readonly allowAny?: boolean;
}

function CustomRange({
  range,
  most_ms,
  onApply,
}: {
  readonly range: TimeRange;
  readonly most_ms: number;
  readonly onApply: (search: RangeSearch) => void;
}) {
  const format = useFormat();
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();
  const now_ms = Date.now();
  const window = windowOf(range, now_ms) ?? { from_ms: now_ms - 86_400_000, to_ms: now_ms };
  const apply = (data: FormData): void => {
    const from_ms = fromLocalInput(String(data.get('from')), format.offset_s);
    const to_ms = fromLocalInput(String(data.get('to')), format.offset_s);
    if (!Number.isFinite(from_ms) || !Number.isFinite(to_ms))
      setProblem('Enter both a beginning and an end.');
    else if (from_ms >= to_ms) setProblem('The end must be after the beginning.');
    else if (to_ms - from_ms > most_ms)
      setProblem(`A range here may be at most ${Math.floor(most_ms / 86_400_000)} days wide.`);
    else {
      setProblem(null);
      onApply(searchOfWindow({ from_ms, to_ms }));
    }
  };
  return (
    <form
      className="range-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        apply(new FormData(event.currentTarget));
      }}
    >
      <label className="field">
        <span>From</span>
        <input
          className="input"
          type="datetime-local"
          name="from"
          defaultValue={toLocalInput(window.from_ms, format.offset_s)}
          aria-describedby={problemId}
        />
      </label>
      <label className="field">
        <span>To</span>
        <input
          className="input"
          type="datetime-local"
          name="to"
          defaultValue={toLocalInput(window.to_ms, format.offset_s)}
          aria-describedby={problemId}
        />
      </label>
      <p className="field-note">In {format.timeZone}</p>
      <p id={problemId} className="field-problem" role="alert">
        {problem}
      </p>
      <button type="submit" className="button button-strong">
        Show this range
      </button>
    </form>
  );
}

/** Presets that move with the clock, and a range of one's own. The URL holds the choice. */
export function RangePicker({ range, onChange, allowAny = false }: RangePickerProps) {
  const format = useFormat();
  const custom = useRef<HTMLDetailsElement>(null);
  const [opened, setOpened] = useState(false);
  const close = (): void => {
    if (custom.current !== null) custom.current.open = false;
  };
  const absolute = range.kind === 'absolute';
  return (
    <fieldset className="range-picker" data-testid="range-picker">
      <legend className="visually-hidden">Time range</legend>
      <div className="segments">
        {allowAny && (
          <button type="button" aria-pressed={range.kind === 'any'} onClick={() => onChange({})}>
            Any time
          </button>
        )}
        {PRESET_KEYS.map((preset) => (
          <button
            key={preset}
            type="button"
            title={SPOKEN[preset]}
            aria-pressed={range.kind === 'relative' && range.preset === preset}
            onClick={() => onChange({ range: preset })}
          >
            {preset}
          </button>
        ))}
      </div>
      <details
        className="popover"
        ref={custom}
        onToggle={(event) => setOpened(event.currentTarget.open)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          close();
          custom.current?.querySelector('summary')?.focus();
        }}
      >
        <summary className={absolute ? 'button is-on' : 'button'}>
          {absolute ? `${format.stamp(range.from_ms)} – ${format.stamp(range.to_ms)}` : 'Custom'}
        </summary>
        <div className="popover-card">
          {opened && (
            <CustomRange
              key={`${JSON.stringify(range)} ${format.timeZone}`}
              range={range}
              most_ms={allowAny ? Number.POSITIVE_INFINITY : MOST_COUNTED_MS}
              onApply={(search) => {
                close();
                onChange(search);
              }}
            />
          )}
        </div>
      </details>
    </fieldset>
  );
}
