import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { type DecisionCriteria, entityDecisionsQuery, entityQuery } from '../api/queries.ts';
import type { Entity, EntityKey } from '../api/types.ts';
import { ChartPanel } from '../components/chart-panel.tsx';
import { DecisionTable } from '../components/decision-table.tsx';
import { type Fact, FactList } from '../components/fact-list.tsx';
import { useFormat } from '../components/format-context.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { SkeletonBlock, SkeletonLines } from '../components/skeleton.tsx';
import { TopReasons } from '../components/top-reasons.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { browserWords, systemWords } from '../lib/client-words.ts';
import type { Format } from '../lib/format.ts';
import { placeWords } from '../lib/place-words.ts';
import { type PlotColumn, plotOverTime } from '../lib/plots.ts';
import { reveal, sentence } from '../lib/text.ts';
import { type RangeSearch, rangeOf, searchOfWindow, type TimeRange } from '../lib/time-range.ts';
import type { DecisionsSearch } from '../lib/url-state.ts';

const COLUMNS: readonly PlotColumn[] = [
  { column: 'decisions', label: 'Decisions', token: 'sum', kind: 'bar' },
  { column: 'failed', label: 'Failed', token: 'raises', kind: 'line' },
  { column: 'challenged', label: 'Challenged', token: 'action-challenge', kind: 'line' },
  { column: 'blocked', label: 'Blocked', token: 'action-block', kind: 'line' },
];

/** Entities are looked at over weeks: what is wrong with an address shows slowly. */
const FALLBACK: TimeRange = { kind: 'relative', preset: '30d' };

const factsOf = (entity: Entity, format: Format): readonly Fact[] => {
  const { facts } = entity;
  if (facts === null) return [];
  const text = (value: string | null | undefined): ReactNode =>
    value == null || value === '' ? null : <Untrusted>{value}</Untrusted>;
  const place = placeWords(facts, format);
  const classes = facts.network_classes ?? [];
  const client = entity.kind === 'device';
  return [
    ...(client ? [] : [{ label: 'Place', value: text(place) }]),
    ...(client || facts.asn == null
      ? []
      : [
          {
            label: 'Network',
            value:
              entity.kind === 'as' ? (
                text(facts.as_name)
              ) : (
                <Link to="/network" search={{ asn: String(facts.asn) }}>
                  <Untrusted>{`AS${facts.asn} ${facts.as_name ?? ''}`}</Untrusted>
                </Link>
              ),
          },
        ]),
    ...(client || facts.network == null || entity.kind === 'as'
      ? []
      : [
          {
            label: 'Block',
            value: (
              <Link to="/network" search={{ network: facts.network }}>
                <Untrusted mono>{facts.network}</Untrusted>
              </Link>
            ),
          },
        ]),
    ...(client
      ? [
          { label: 'Browser', value: text(browserWords(facts)) },
          { label: 'System', value: text(systemWords(facts)) },
          { label: 'Kind', value: text(facts.device_type == null ? null : sentence(facts.device_type)) },
        ]
      : [
          {
            label: 'Class',
            value: classes.length === 0 ? null : text(classes.map(sentence).join(', ')),
            missing: 'nothing special known',
          },
        ]),
  ];
};

function Figures({ entity }: { readonly entity: Entity }) {
  const format = useFormat();
  const { totals, rates } = entity;
  const share = (rate: number | undefined): string =>
    rate === undefined ? '\u00a0' : `${format.percent(rate)} of decisions`;
  const figures: readonly (readonly [string, number, string])[] = [
    ['Decisions', totals.decisions, '\u00a0'],
    ['Users', totals.users, '\u00a0'],
    ['Failed', totals.failed, share(rates?.failed)],
    ['Challenged', totals.challenged, share(rates?.challenged)],
    ['Blocked', totals.blocked, share(rates?.blocked)],
    ['Marked compromised', totals.compromised, '\u00a0'],
  ];
  return (
    <dl className="tiles" data-testid="entity-totals">
      {figures.map(([label, value, note]) => (
        <div key={label} className="tile">
          <dt>{label}</dt>
          <dd>
            <span className="tile-value" title={format.count(value)}>
              {format.compact(value)}
            </span>
            <span className="tile-note">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Users({ entity }: { readonly entity: Entity }) {
  const format = useFormat();
  if (entity.users.length === 0) return <p className="empty-line">Nobody in this range.</p>;
  return (
    <table className="table rank">
      <caption className="visually-hidden">Users, those with most decisions first</caption>
      <thead>
        <tr>
          <th scope="col">User</th>
          <th scope="col" className="number">
            Decisions
          </th>
          <th scope="col" className="number">
            Failed
          </th>
          <th scope="col" className="number">
            Highest
          </th>
        </tr>
      </thead>
      <tbody>
        {entity.users.slice(0, 15).map((user) => (
          <tr key={user.user_id ?? ''}>
            <th scope="row">
              {user.user_id === null ? (
                <span className="missing">no user named</span>
              ) : (
                <Link to="/user" search={{ id: user.user_id }} title={`User ${reveal(user.user_id)}`}>
                  <Untrusted>{user.user_id}</Untrusted>
                </Link>
              )}
            </th>
            <td className="number">{format.count(user.decisions)}</td>
            <td className="number">{format.count(user.failed)}</td>
            <td className="number">{format.percent(user.max_score)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface PartsProps {
  readonly what: string;
  readonly parts: readonly {
    readonly key: string;
    readonly label: ReactNode;
    readonly decisions: number;
    readonly users: number;
  }[];
}

function Parts({ what, parts }: PartsProps) {
  const format = useFormat();
  if (parts.length === 0) return <p className="empty-line">None in this range.</p>;
  return (
    <table className="table rank">
      <caption className="visually-hidden">{what}, those with most decisions first</caption>
      <thead>
        <tr>
          <th scope="col">{what}</th>
          <th scope="col" className="number">
            Decisions
          </th>
          <th scope="col" className="number">
            Users
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.slice(0, 12).map(({ key, label, decisions, users }) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            <td className="number">{format.count(decisions)}</td>
            <td className="number">{format.count(users)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Loaded({ entity, range }: { readonly entity: Entity; readonly range: RangeSearch }) {
  const format = useFormat();
  const plot = useMemo(
    () => ({
      ...plotOverTime(
        { from: entity.from, to: entity.to, bucket_s: entity.series.bucket_s, rows: entity.series.rows },
        COLUMNS,
        0,
        format,
      ),
      write: format.compact,
      scale: 'count' as const,
      spoken: `${format.count(entity.totals.decisions)} decisions, ${format.count(entity.totals.failed)} failed.`,
    }),
    [entity, format],
  );
  const facts = [
    ...factsOf(entity, format),
    {
      label: 'First seen',
      value: entity.first_seen === null ? null : format.full(entity.first_seen),
      missing: 'never in this range',
    },
    {
      label: 'Last seen',
      value: entity.last_seen === null ? null : format.full(entity.last_seen),
      missing: 'never in this range',
    },
  ];
  return (
    <>
      <Figures entity={entity} />
      <div className="decision-grid">
        <div className="decision-main">
          <ChartPanel
            title="Over time"
            testId="entity-over-time"
            plot={plot}
            error={null}
            onRetry={() => undefined}
            axisName="Interval"
            empty={entity.totals.decisions === 0 ? 'Nothing happened in this range.' : undefined}
            legend={
              <ul className="legend legend-plain">
                {COLUMNS.map(({ column, label, token }) => (
                  <li key={column}>
                    <span className={`swatch swatch-${token}`} aria-hidden="true" /> {label}
                  </li>
                ))}
              </ul>
            }
          />
          <div className="pair">
            <Panel
              title="Who uses it"
              note={`${format.count(entity.totals.users)} ${entity.totals.users === 1 ? 'user' : 'users'}`}
              testId="entity-users"
            >
              <Users entity={entity} />
            </Panel>
            <Panel title="Reasons">
              <TopReasons rows={entity.reasons.map(({ reason, n }) => ({ reason, n }))} range={range} />
            </Panel>
          </div>
        </div>
        <div className="decision-side">
          <Panel title="What is known">
            <FactList facts={facts} />
          </Panel>
          <Panel title="Lists" testId="entity-lists">
            {entity.lists.length === 0 ? (
              <p className="empty-line">It is on no list that was loaded.</p>
            ) : (
              <ul className="habits">
                {entity.lists.map(({ name, kind, last_seen }) => (
                  <li key={`${kind} ${name}`}>
                    <div className="habit-words">
                      <Untrusted>{sentence(name)}</Untrusted>
                      <span className="tl-tag">{sentence(kind).toLowerCase()}</span>
                    </div>
                    <p className="sub">last {format.stamp(last_seen)}</p>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          {entity.addresses !== null && (
            <Panel title="Addresses">
              <Parts
                what="Address"
                parts={entity.addresses.map((part) => ({
                  ...part,
                  key: part.value,
                  label: (
                    <Link to="/address" search={{ ...range, ip: part.value }}>
                      <Untrusted mono>{part.value}</Untrusted>
                    </Link>
                  ),
                }))}
              />
            </Panel>
          )}
          {entity.devices !== null && (
            <Panel title="Devices">
              <Parts
                what="Device"
                parts={entity.devices.map((part) => ({
                  ...part,
                  key: part.value,
                  label: (
                    <Link to="/device" search={{ ...range, key: part.value }} className="cut">
                      <Untrusted mono>{part.value.slice(0, 16)}</Untrusted>
                    </Link>
                  ),
                }))}
              />
            </Panel>
          )}
          {entity.ases !== null && (
            <Panel title="Networks">
              <Parts
                what="Network"
                parts={entity.ases.map((part) => ({
                  ...part,
                  key: String(part.asn),
                  label: (
                    <Link to="/network" search={{ ...range, asn: String(part.asn) }}>
                      <Untrusted>{part.as_name ?? `AS${part.asn}`}</Untrusted>
                    </Link>
                  ),
                }))}
              />
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

interface EntityPageProps {
  readonly kind: string;
  readonly name: string;
  readonly entityKey: EntityKey;
  readonly criteria: DecisionCriteria;
  readonly search: DecisionsSearch;
  readonly range: TimeRange;
  readonly onRange: (range: RangeSearch) => void;
}

function EntityOf({ kind, name, entityKey, criteria, search, range, onRange }: EntityPageProps) {
  useTitle(kind);
  const query = useQuery(entityQuery(entityKey, range));
  const problem = useProblem(query);
  const list = useQuery(entityDecisionsQuery(criteria, range));
  const listProblem = useProblem(list);
  const rangeSearch: RangeSearch =
    range.kind === 'absolute'
      ? searchOfWindow(range)
      : range.kind === 'relative'
        ? { range: range.preset }
        : {};
  return (
    <div className="page" data-testid="entity-page">
      <div className="page-head">
        <h1>
          <span className="kind">{kind}</span> <Untrusted>{name}</Untrusted>
        </h1>
        <div className="page-controls">
          <RangePicker range={range} onChange={onRange} />
        </div>
      </div>
      {problem !== null && (
        <ProblemNote
          what={`This ${kind.toLowerCase()} could not be loaded`}
          error={problem}
          onRetry={() => void query.refetch()}
          busy={query.isFetching}
          slim={query.data !== undefined}
        />
      )}
      {query.data === undefined && problem === null && <SkeletonBlock label="Loading" />}
      {query.data !== undefined && <Loaded entity={query.data} range={rangeSearch} />}
      <Panel
        title="Newest decisions"
        testId="entity-decisions"
        flush
        stale={list.isPlaceholderData}
        actions={
          <Link to="/decisions" search={{ ...rangeSearch, ...search }} className="button button-quiet">
            Search all
          </Link>
        }
      >
        {listProblem !== null && (
          <ProblemNote
            what="The decisions could not be loaded"
            error={listProblem}
            onRetry={() => void list.refetch()}
            busy={list.isFetching}
            slim={list.data !== undefined}
          />
        )}
        {list.isPending && listProblem === null && <SkeletonLines lines={10} label="Loading decisions" />}
        {list.data?.data.length === 0 && (
          <p className="empty-line empty-inset">No decision in this range. Widen it to see older ones.</p>
        )}
        {list.data !== undefined && list.data.data.length > 0 && (
          <DecisionTable rows={list.data.data} caption="Newest decisions" liveScope={name} keys />
        )}
      </Panel>
    </div>
  );
}

function Nothing({ kind, hint }: { readonly kind: string; readonly hint: string }) {
  useTitle(kind);
  return (
    <div className="empty empty-page">
      <h1>Which {kind.toLowerCase()}?</h1>
      <p>
        Press <kbd>/</kbd> and type {hint}.
      </p>
    </div>
  );
}

/** One address: who uses it, how often it fails, on which lists it is. */
export function AddressPage() {
  const { ip, ...rest } = useSearch({ from: '/app/address' });
  const navigate = useNavigate({ from: '/address' });
  if (ip === undefined) return <Nothing kind="Address" hint="an IPv4 or IPv6 address" />;
  return (
    <EntityOf
      key={ip}
      kind="Address"
      name={ip}
      entityKey={{ address: ip }}
      criteria={{ ip }}
      search={{ ip }}
      range={rangeOf(rest, FALLBACK)}
      onRange={(range) => void navigate({ search: { ip, ...range } })}
    />
  );
}

/** One autonomous system, or one block of addresses. */
export function NetworkPage() {
  const { asn, network, ...rest } = useSearch({ from: '/app/network' });
  const navigate = useNavigate({ from: '/network' });
  if (asn !== undefined)
    return (
      <EntityOf
        key={asn}
        kind="Network"
        name={`AS${asn}`}
        entityKey={{ asn: Number(asn) }}
        criteria={{ asn: Number(asn) }}
        search={{ asn }}
        range={rangeOf(rest, FALLBACK)}
        onRange={(range) => void navigate({ search: { asn, ...range } })}
      />
    );
  if (network !== undefined)
    return (
      <EntityOf
        key={network}
        kind="Network"
        name={network}
        entityKey={{ network }}
        criteria={{ network }}
        search={{ network }}
        range={rangeOf(rest, FALLBACK)}
        onRange={(range) => void navigate({ search: { network, ...range } })}
      />
    );
  return <Nothing kind="Network" hint="an AS number, such as AS64496" />;
}

/** One device, by the keyed hash of its id. */
export function DevicePage() {
  const { key, ...rest } = useSearch({ from: '/app/device' });
  const navigate = useNavigate({ from: '/device' });
  if (key === undefined)
    return <Nothing kind="Device" hint="a user or an address, and open a device from there" />;
  return (
    <EntityOf
      key={key}
      kind="Device"
      name={key}
      entityKey={{ device_key: key }}
      criteria={{ device_key: key }}
      search={{ device: key }}
      range={rangeOf(rest, FALLBACK)}
      onRange={(range) => void navigate({ search: { key, ...range } })}
    />
  );
}
