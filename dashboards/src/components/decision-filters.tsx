import { useEffect, useRef, useState } from 'react';
import { ACTIONS, LEVELS, VERDICTS } from '../api/types.ts';
import { sentence } from '../lib/text.ts';
import {
  type DecisionsSearch,
  EVENT_TYPES,
  parseDecisionsSearch,
  RESOLUTIONS,
  SOURCES,
  STATUSES,
} from '../lib/url-state.ts';
import { CloseIcon, SearchIcon } from './icons.tsx';
import { ActionGlyph, LevelGlyph } from './marks.tsx';
import { Popover } from './popover.tsx';
import { Untrusted } from './untrusted.tsx';

/** The results must follow the typing, but not every key needs an answer. */
const DEBOUNCE_MS = 220;

/** Filters that are one text each, with what they take. */
const TEXTS = [
  ['user', 'User', 'Exact id'],
  ['ip', 'Address', 'IPv4 or IPv6'],
  ['network', 'Network', '203.0.113.0/24'],
  ['asn', 'AS number', 'AS64496'],
  ['country', 'Country', 'DE'],
  ['device', 'Device key', 'As shown'],
  ['login', 'Typed name', 'Its hash, as shown'],
  ['tls', 'TLS fingerprint', 'JA4, as sent'],
  ['reason', 'Reason', 'location.new_country'],
  ['application', 'Application', 'web'],
  ['method', 'Method', 'password'],
  ['browser', 'Browser', 'firefox'],
  ['os', 'System', 'windows'],
] as const satisfies readonly (readonly [keyof DecisionsSearch, string, string])[];

/** Ids that the API compares as they are, spaces included. */
const EXACT: ReadonlySet<string> = new Set(['user', 'device', 'login', 'tls', 'application']);

const CHOICES = [
  ['type', 'Event', EVENT_TYPES],
  ['status', 'Status', STATUSES],
  ['resolution', 'Outcome', RESOLUTIONS],
  ['verdict', 'Verdict', VERDICTS],
  ['source', 'Source', SOURCES],
] as const satisfies readonly (readonly [keyof DecisionsSearch, string, readonly string[]])[];

const LABELS: ReadonlyMap<string, string> = new Map<string, string>([
  ...TEXTS.map(([name, label]) => [name, label] as const),
  ...CHOICES.map(([name, label]) => [name, label] as const),
]);

/** Every parameter that narrows the list, but for the range. */
export const FILTER_NAMES = [
  'q',
  'action',
  'level',
  'min',
  'max',
  ...TEXTS.map(([name]) => name),
  ...CHOICES.map(([name]) => name),
] as const;

interface FiltersProps {
  readonly search: DecisionsSearch;
  /** Gets the whole new state; `replace` while something is still being typed. */
  readonly onChange: (search: DecisionsSearch, replace: boolean) => void;
}

/** The state with one parameter changed; an empty text takes it away. */
const withParameter = (search: DecisionsSearch, name: string, value: string): DecisionsSearch =>
  parseDecisionsSearch({ ...search, [name]: value });

/** A field that tells what was typed once typing pauses, and follows changes from elsewhere. */
function LiveInput({
  value,
  onSettle,
  exact = false,
  ...props
}: {
  readonly value: string;
  /** Spaces around it belong to it. */
  readonly exact?: boolean;
  readonly onSettle: (value: string) => void;
} & Omit<React.ComponentProps<'input'>, 'value' | 'onChange'>) {
  const [typed, setTyped] = useState(value);
  const settle = useRef(onSettle);
  settle.current = onSettle;
  const told = useRef(value);
  useEffect(() => {
    // Another page, a saved view or a removed chip changed it.
    if (value !== told.current) {
      told.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed === told.current) return;
    const timer = setTimeout(() => {
      told.current = exact ? typed : typed.trim();
      settle.current(typed);
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [typed, exact]);
  return (
    <input
      {...props}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck="false"
      dir="auto"
    />
  );
}

function Toggles({
  name,
  words,
  search,
  onChange,
}: {
  readonly name: 'action' | 'level';
  readonly words: readonly string[];
} & FiltersProps) {
  const on = new Set((search[name] ?? '').split(',').filter(Boolean));
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">{sentence(name)}</legend>
      {words.map((word) => (
        <button
          key={word}
          type="button"
          aria-pressed={on.has(word)}
          onClick={() => {
            const next = new Set(on);
            if (!next.delete(word)) next.add(word);
            // All of them is the same as no filter.
            onChange(withParameter(search, name, next.size === words.length ? '' : [...next].join()), false);
          }}
          data-testid={`filter-${word}`}
        >
          {name === 'action' ? <ActionGlyph action={word} /> : <LevelGlyph level={word} />}
          {sentence(word)}
        </button>
      ))}
    </fieldset>
  );
}

/** Filters that work as they are set: words, actions and levels at hand, the rest under one button. */
export function DecisionFilters({ search, onChange }: FiltersProps) {
  const field = useRef<HTMLDivElement>(null);
  const more = [...TEXTS, ...CHOICES].filter(([name]) => search[name] !== undefined).length;
  return (
    <search className="filter-bar" data-testid="filters">
      <div className="filter-words" ref={field}>
        <SearchIcon />
        <LiveInput
          className="input"
          value={search.q ?? ''}
          onSettle={(value) => onChange(withParameter(search, 'q', value), true)}
          placeholder="User, address, agent, place, reason"
          aria-label="Words that must occur"
          maxLength={128}
          data-testid="filter-words"
        />
      </div>
      <Toggles name="action" words={ACTIONS} search={search} onChange={onChange} />
      <Toggles name="level" words={LEVELS} search={search} onChange={onChange} />
      <fieldset className="score-range">
        <legend>Score, per cent</legend>
        <LiveInput
          className="input"
          type="number"
          min={0}
          max={100}
          step="any"
          value={search.min ?? ''}
          onSettle={(value) => onChange(withParameter(search, 'min', value), true)}
          placeholder="0"
          aria-label="Score from"
          data-testid="filter-min"
        />
        <span aria-hidden="true">–</span>
        <LiveInput
          className="input"
          type="number"
          min={0}
          max={100}
          step="any"
          value={search.max ?? ''}
          onSettle={(value) => onChange(withParameter(search, 'max', value), true)}
          placeholder="100"
          aria-label="Score to"
          data-testid="filter-max"
        />
      </fieldset>
      <Popover label={more === 0 ? 'More filters' : `More filters (${more})`} testId="more-filters">
        {() => (
          <div className="filter-more">
            {TEXTS.map(([name, label, hint]) => (
              <div key={name} className="field">
                <label htmlFor={`filter-${name}`}>{label}</label>
                <LiveInput
                  id={`filter-${name}`}
                  className="input"
                  value={search[name] ?? ''}
                  onSettle={(value) => onChange(withParameter(search, name, value), true)}
                  placeholder={hint}
                  exact={EXACT.has(name)}
                  maxLength={256}
                  data-testid={`filter-${name}`}
                />
              </div>
            ))}
            {CHOICES.map(([name, label, words]) => (
              <label key={name} className="field">
                <span>{label}</span>
                <select
                  className="input"
                  value={search[name] ?? ''}
                  onChange={(event) => onChange(withParameter(search, name, event.target.value), false)}
                >
                  <option value="">Any</option>
                  {words.map((word) => (
                    <option key={word} value={word}>
                      {sentence(word)}
                    </option>
                  ))}
                </select>
              </label>
            ))}
          </div>
        )}
      </Popover>
    </search>
  );
}

/** The filters that are not in sight otherwise, each with a way to take it away. */
export function ActiveFilters({ search, onChange }: FiltersProps) {
  const active = [...LABELS].flatMap(([name, label]) => {
    const value = search[name as keyof DecisionsSearch];
    return typeof value === 'string' ? [{ name, label, value }] : [];
  });
  if (active.length === 0) return null;
  return (
    <ul className="chips" aria-label="Active filters">
      {active.map(({ name, label, value }) => (
        <li key={name}>
          <button
            type="button"
            className="chip"
            onClick={() => onChange(withParameter(search, name, ''), false)}
          >
            <span className="visually-hidden">Remove filter </span>
            <span className="chip-name">{label}</span> <Untrusted cut>{value}</Untrusted>
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
