import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type DecisionCriteria, decisionsQuery } from '../api/queries.ts';
import { ACTIONS, LEVELS } from '../api/types.ts';
import { DecisionTable } from '../components/decision-table.tsx';
import { FirstLogin } from '../components/first-login.tsx';
import { useFormat } from '../components/format-context.tsx';
import { CloseIcon, RefreshIcon } from '../components/icons.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { SkeletonLines } from '../components/skeleton.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useTitle } from '../components/use-title.ts';
import { sentence } from '../lib/text.ts';
import { type RangeSearch, rangeOf } from '../lib/time-range.ts';
import { type DecisionsSearch, parseDecisionsSearch } from '../lib/url-state.ts';

const FILTERS = ['user', 'ip', 'asn', 'country', 'action', 'level', 'reason'] as const;
type FilterName = (typeof FILTERS)[number];

const LABELS: Readonly<Record<FilterName, string>> = {
  user: 'User',
  ip: 'Address',
  asn: 'AS number',
  country: 'Country',
  action: 'Action',
  level: 'Level',
  reason: 'Reason',
};

const criteriaOf = ({
  user,
  ip,
  asn,
  country,
  action,
  level,
  reason,
}: DecisionsSearch): DecisionCriteria => ({
  ...(user === undefined ? {} : { user_id: user }),
  ...(ip === undefined ? {} : { ip }),
  ...(asn === undefined ? {} : { asn: Number(asn) }),
  ...(country === undefined ? {} : { country }),
  ...(action === undefined ? {} : { action }),
  ...(level === undefined ? {} : { level }),
  ...(reason === undefined ? {} : { reason }),
});

interface FilterFormProps {
  readonly search: DecisionsSearch;
  readonly onApply: (filters: DecisionsSearch) => void;
}

function Choice({
  name,
  words,
  value,
}: {
  readonly name: FilterName;
  readonly words: readonly string[];
  readonly value: string | undefined;
}) {
  return (
    <label className="field">
      <span>{LABELS[name]}</span>
      <select
        className="input"
        name={name}
        defaultValue={value ?? ''}
        onChange={(event) => event.currentTarget.form?.requestSubmit()}
      >
        <option value="">Any</option>
        {words.map((word) => (
          <option key={word} value={word}>
            {sentence(word)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Text({
  name,
  value,
  hint,
}: {
  readonly name: FilterName;
  readonly value: string | undefined;
  readonly hint: string;
}) {
  return (
    <label className="field">
      <span>{LABELS[name]}</span>
      <input
        className="input"
        name={name}
        defaultValue={value ?? ''}
        placeholder={hint}
        maxLength={256}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        dir="auto"
      />
    </label>
  );
}

function FilterForm({ search, onApply }: FilterFormProps) {
  return (
    <search>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          onApply(parseDecisionsSearch(Object.fromEntries(new FormData(event.currentTarget))));
        }}
        data-testid="filters"
      >
        <Text name="user" value={search.user} hint="Exact id" />
        <Text name="ip" value={search.ip} hint="IPv4 or IPv6" />
        <Text name="asn" value={search.asn} hint="AS64496" />
        <Text name="country" value={search.country} hint="DE" />
        <Choice name="action" words={ACTIONS} value={search.action} />
        <Choice name="level" words={LEVELS} value={search.level} />
        <Text name="reason" value={search.reason} hint="location.new_country" />
        <button type="submit" className="button button-strong">
          Search
        </button>
      </form>
    </search>
  );
}

function ActiveFilters({
  search,
  onRemove,
  onClear,
}: {
  readonly search: DecisionsSearch;
  readonly onRemove: (name: FilterName) => void;
  readonly onClear: () => void;
}) {
  const active = FILTERS.flatMap((name) => {
    const value = search[name];
    return value === undefined ? [] : [{ name, value }];
  });
  if (active.length === 0) return null;
  return (
    <ul className="chips" aria-label="Active filters">
      {active.map(({ name, value }) => (
        <li key={name}>
          <button type="button" className="chip" onClick={() => onRemove(name)}>
            <span className="visually-hidden">Remove filter </span>
            <span className="chip-name">{LABELS[name]}</span> <Untrusted cut>{value}</Untrusted>
            <CloseIcon />
          </button>
        </li>
      ))}
      {active.length > 1 && (
        <li>
          <button type="button" className="button button-quiet" onClick={onClear}>
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}

/** Every decision that fits the filters, newest first. The URL holds them, so that a search can be sent to a colleague. */
export function DecisionsPage() {
  useTitle('Decisions');
  const format = useFormat();
  const search = useSearch({ from: '/app/decisions' });
  const navigate = useNavigate({ from: '/decisions' });
  const range = rangeOf(search, { kind: 'any' });
  const query = useInfiniteQuery(decisionsQuery(criteriaOf(search), range));
  const decisions = query.data?.pages.flatMap((page) => page.data);

  const rangeOnly = ({ range: preset, from, to }: DecisionsSearch): RangeSearch => ({
    ...(preset === undefined ? {} : { range: preset }),
    ...(from === undefined || to === undefined ? {} : { from, to }),
  });
  const go = (next: DecisionsSearch): void => {
    void navigate({ search: next });
  };
  const filtered = FILTERS.some((name) => search[name] !== undefined) || range.kind !== 'any';
  const note =
    decisions === undefined
      ? undefined
      : `${format.count(decisions.length)}${query.hasNextPage ? ' or more' : ''}, newest first`;

  return (
    <div className="page">
      <div className="page-head">
        <h1>Decisions</h1>
        <div className="page-controls">
          <RangePicker
            range={range}
            allowAny
            onChange={(to) =>
              go({ ...parseDecisionsSearch({ ...search, range: '', from: '', to: '' }), ...to })
            }
          />
        </div>
      </div>
      <FilterForm
        key={FILTERS.map((name) => search[name] ?? '').join('\n')}
        search={search}
        onApply={(filters) => go({ ...rangeOnly(search), ...filters })}
      />
      <ActiveFilters
        search={search}
        onRemove={(name) => go(parseDecisionsSearch({ ...search, [name]: '' }))}
        onClear={() => go(rangeOnly(search))}
      />
      <Panel
        title="Results"
        testId="results"
        flush
        stale={query.isPlaceholderData}
        {...(note === undefined ? {} : { note: <span role="status">{note}</span> })}
        actions={
          <button
            type="button"
            className="button button-quiet"
            onClick={() => void query.refetch()}
            disabled={query.isFetching}
          >
            <RefreshIcon />
            Refresh
          </button>
        }
      >
        {query.isError && (
          <ProblemNote
            what="The search failed"
            error={query.error}
            onRetry={() => void query.refetch()}
            busy={query.isFetching}
            slim={decisions !== undefined}
          />
        )}
        {decisions === undefined && !query.isError && <SkeletonLines lines={16} label="Searching" />}
        {decisions !== undefined && decisions.length > 0 && (
          <DecisionTable decisions={decisions} caption="Decisions that fit the filters, newest first" />
        )}
        {decisions !== undefined &&
          decisions.length === 0 &&
          (filtered ? (
            <div className="empty" data-testid="empty-search">
              <h3>Nothing fits</h3>
              <p>
                User, address and reason are compared exactly. Take a filter away, or widen the time range.
              </p>
              <button type="button" className="button" onClick={() => go({})}>
                Show everything
              </button>
            </div>
          ) : (
            <FirstLogin />
          ))}
        {query.hasNextPage && (
          <div className="more">
            <button
              type="button"
              className="button"
              onClick={() => void query.fetchNextPage()}
              disabled={query.isFetchingNextPage}
              data-testid="load-more"
            >
              {query.isFetchingNextPage ? 'Loading…' : 'Load older decisions'}
            </button>
          </div>
        )}
      </Panel>
    </div>
  );
}
