import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { LatestDecisionsPanel } from '../components/latest-decisions.tsx';
import { LiveToggle } from '../components/live-toggle.tsx';
import { OverviewGrid } from '../components/overview-grid.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { SummaryTiles } from '../components/summary-tiles.tsx';
import { useLatestDecisions } from '../components/use-latest-decisions.ts';
import { useTitle } from '../components/use-title.ts';
import {
  DEFAULT_PRESET,
  isOpenEnded,
  type RangeSearch,
  rangeKey,
  rangeOf,
  searchOfWindow,
  type Window,
} from '../lib/time-range.ts';
import { hiddenText, type OverviewSearch, parseHidden } from '../lib/url-state.ts';

export function OverviewPage() {
  useTitle('Overview');
  const search = useSearch({ from: '/app/' });
  const { session } = useRouteContext({ from: '/app/' });
  const navigate = useNavigate({ from: '/' });
  const { range: preset, from, to, hide } = search;
  const paused = search.paused === true;
  // What the panels are given stays the same from one login to the next, so that they need not be drawn anew.
  const polling = useMemo(
    () => ({
      range: rangeOf(
        { ...(preset && { range: preset }), ...(from && { from }), ...(to && { to }) },
        { kind: 'relative', preset: DEFAULT_PRESET },
      ),
      paused,
    }),
    [preset, from, to, paused],
  );
  const { range } = polling;
  const rangeSearch = useMemo<RangeSearch>(
    () =>
      range.kind === 'absolute'
        ? searchOfWindow(range)
        : range.kind === 'relative'
          ? { range: range.preset }
          : {},
    [range],
  );
  const hidden = useMemo(() => parseHidden(hide), [hide]);

  const change = useCallback(
    (next: (before: OverviewSearch) => OverviewSearch, replace = false) => {
      void navigate({ search: next, replace });
    },
    [navigate],
  );
  const setRange = useCallback(
    (next: RangeSearch) =>
      change(({ range: _range, from: _from, to: _to, ...rest }) => ({ ...rest, ...next })),
    [change],
  );
  const selectWindow = useCallback((window: Window) => setRange(searchOfWindow(window)), [setRange]);
  const toggleKey = useCallback(
    (key: string) =>
      change(({ hide: now, ...rest }) => {
        const next = new Set(parseHidden(now));
        if (!next.delete(key)) next.add(key);
        const text = hiddenText(next);
        return text === undefined ? rest : { ...rest, hide: text };
      }, true),
    [change],
  );

  const following = isOpenEnded(range, Date.now());
  const latest = useLatestDecisions({ polling, following, tenant: session.tenant });
  const state = !following ? 'still' : paused ? 'paused' : latest.problem !== null ? 'failing' : 'live';

  return (
    <div className="page" data-testid="overview-page">
      <div className="page-head">
        <h1>Overview</h1>
        <div className="page-controls">
          <RangePicker range={range} onChange={setRange} />
          <LiveToggle
            state={state}
            onToggle={() =>
              change(
                ({ paused: was, ...rest }) => (was === true ? rest : { ...rest, paused: true as const }),
                true,
              )
            }
          />
        </div>
      </div>
      <SummaryTiles polling={polling} />
      <div className="overview-grid">
        <OverviewGrid
          polling={polling}
          range={rangeSearch}
          hidden={hidden}
          onToggle={toggleKey}
          onSelect={selectWindow}
        />
        <LatestDecisionsPanel
          latest={latest}
          following={following}
          range={rangeSearch}
          scope={rangeKey(range)}
          onRange={setRange}
        />
      </div>
    </div>
  );
}
