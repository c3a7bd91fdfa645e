import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { PanelResult } from '../api/types.ts';
import type { RangeSearch } from '../lib/time-range.ts';
import type { CountryCount, MapMeasure, MapRoute } from '../map/world-map.tsx';
import { useFormat } from './format-context.tsx';
import { ActionGlyph } from './marks.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonBlock } from './skeleton.tsx';

// Geometry and projection are needed nowhere else.
const WorldMap = lazy(() => import('../map/world-map.tsx'));

const MEASURES: readonly { readonly key: MapMeasure; readonly label: string }[] = [
  { key: 'n', label: 'Decisions' },
  { key: 'challenged', label: 'Challenged' },
  { key: 'blocked', label: 'Blocked' },
];

/** Rows of the table; the map shows the rest. */
const MOST_ROWS = 8;

interface CountriesPanelProps {
  readonly result: PanelResult | undefined;
  readonly routes: readonly MapRoute[];
  readonly error: unknown;
  readonly routesError: unknown;
  readonly onRetryRoutes: () => void;
  readonly stale: boolean;
  readonly onRetry: () => void;
  readonly range: RangeSearch;
}

const countsOf = (result: PanelResult): readonly CountryCount[] =>
  result.rows.map((row) => ({
    country: String(row.country ?? ''),
    n: Number(row.n ?? 0),
    challenged: Number(row.challenged ?? 0),
    blocked: Number(row.blocked ?? 0),
  }));

function CountryTable({
  counts,
  measure,
  range,
}: {
  readonly counts: readonly CountryCount[];
  readonly measure: MapMeasure;
  readonly range: RangeSearch;
}) {
  const format = useFormat();
  const most = Math.max(1, ...counts.map((count) => count[measure]));
  return (
    <table className="bars-table" data-testid="countries">
      <caption className="visually-hidden">Countries by number of decisions</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Country</th>
          <th scope="col">{MEASURES.find(({ key }) => key === measure)?.label}</th>
        </tr>
      </thead>
      <tbody>
        {counts.slice(0, MOST_ROWS).map((count) => (
          <tr key={count.country}>
            <th scope="row">
              {count.country === '' ? (
                <span className="bars-link">
                  <span className="bars-words missing">place unknown</span>
                  <span className="bars-track" aria-hidden="true">
                    <span className="bars-fill" style={{ inlineSize: `${(count[measure] / most) * 100}%` }} />
                  </span>
                </span>
              ) : (
                <Link to="/decisions" search={{ ...range, country: count.country }} className="bars-link">
                  <span className="bars-words">{format.country(count.country)}</span>
                  <span className="bars-track" aria-hidden="true">
                    <span className="bars-fill" style={{ inlineSize: `${(count[measure] / most) * 100}%` }} />
                  </span>
                </Link>
              )}
            </th>
            <td>{format.compact(count[measure])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where decisions came from: a map, and the largest countries as a table. */
export function CountriesPanel({
  result,
  routes,
  error,
  routesError,
  onRetryRoutes,
  stale,
  onRetry,
  range,
}: CountriesPanelProps) {
  const format = useFormat();
  const [measure, setMeasure] = useState<MapMeasure>('n');
  const counts = result === undefined ? null : countsOf(result);
  const shown = (counts ?? [])
    .filter((count) => count[measure] > 0)
    .toSorted((a, b) => b[measure] - a[measure]);
  const label = MEASURES.find(({ key }) => key === measure)?.label ?? '';
  const spoken = shown
    .slice(0, 3)
    .map(
      (count) =>
        `${count.country === '' ? 'unknown' : format.country(count.country)} ${format.count(count[measure])}`,
    )
    .join(', ');
  return (
    <Panel
      title="Where from"
      testId="countries-panel"
      className="area-map"
      stale={stale}
      actions={
        <fieldset className="segments segments-small">
          <legend className="visually-hidden">What the map shows</legend>
          {MEASURES.map(({ key, label: words }) => (
            <button key={key} type="button" aria-pressed={measure === key} onClick={() => setMeasure(key)}>
              {key !== 'n' && <ActionGlyph action={key === 'challenged' ? 'challenge' : 'block'} />}
              {words}
            </button>
          ))}
        </fieldset>
      }
    >
      {error != null && (
        <ProblemNote
          what="The countries could not be loaded"
          error={error}
          onRetry={onRetry}
          slim={counts !== null}
        />
      )}
      {routesError != null && error == null && (
        <ProblemNote
          what="The routes between countries could not be loaded"
          error={routesError}
          onRetry={onRetryRoutes}
          slim
        />
      )}
      {counts === null && error == null && <SkeletonBlock label="Loading the countries" />}
      {counts !== null && (
        <div className="map-and-table">
          <Suspense fallback={<SkeletonBlock label="Loading the map" />}>
            <WorldMap
              counts={counts}
              measure={measure}
              routes={routes}
              range={range}
              label={`World map of countries by ${label.toLowerCase()}. ${spoken === '' ? 'None' : `Most: ${spoken}`}. The table beside it holds the numbers.`}
            />
          </Suspense>
          {shown.length === 0 ? (
            <p className="empty-line">None in this range.</p>
          ) : (
            <CountryTable counts={shown} measure={measure} range={range} />
          )}
        </div>
      )}
    </Panel>
  );
}
