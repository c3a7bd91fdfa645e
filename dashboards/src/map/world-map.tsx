import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormat } from '../components/format-context.tsx';
import { heatOf } from '../lib/heat.ts';
import type { RangeSearch } from '../lib/time-range.ts';
import { HEIGHT, WIDTH, world } from './world.ts';

export interface CountryCount {
  readonly country: string;
  readonly n: number;
  readonly challenged: number;
  readonly blocked: number;
}

export interface MapRoute {
  readonly from: string;
  readonly to: string;
  readonly n: number;
}

export type MapMeasure = 'n' | 'challenged' | 'blocked';

interface WorldMapProps {
  readonly counts: readonly CountryCount[];
  readonly measure: MapMeasure;
  readonly routes: readonly MapRoute[];
  readonly range: RangeSearch;
  /** Says in words what the picture shows. */
  readonly label: string;
}

interface Hover {
  readonly country: string;
  readonly x: number;
  readonly y: number;
}

/** Where decisions came from. The table beside it says the same in words, and is what the keyboard uses. */
export default function WorldMap({ counts, measure, routes, range, label }: WorldMapProps) {
  const format = useFormat();
  const navigate = useNavigate();
  const [hover, setHover] = useState<Hover | null>(null);
  const { shapes, dots, middle, way } = world();
  const byCountry = new Map(counts.map((count) => [count.country, count]));
  const most = Math.max(0, ...counts.map((count) => count[measure]));
  const heat = (country: string | null): number =>
    country === null ? 0 : heatOf(byCountry.get(country)?.[measure] ?? 0, most);
  const at = hover === null ? undefined : byCountry.get(hover.country);
  const busiest = Math.max(1, ...routes.map((route) => route.n));
  const countryAt = (target: EventTarget): string | null =>
    target instanceof Element ? target.getAttribute('data-country') : null;
  return (
    <div className={`map map-${measure}`} data-testid="world-map">
      {/* The table of countries is the same for the keyboard and for screen readers. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={label}
        onClick={(event) => {
          const country = countryAt(event.target);
          if (country !== null && byCountry.has(country))
            void navigate({ to: '/decisions', search: { ...range, country } });
        }}
        onPointerMove={(event) => {
          const country = countryAt(event.target);
          const box = event.currentTarget.getBoundingClientRect();
          setHover(
            country === null
              ? null
              : {
                  country,
                  x: (event.clientX - box.left) / box.width,
                  y: (event.clientY - box.top) / box.height,
                },
          );
        }}
        onPointerLeave={() => setHover(null)}
      >
        {shapes.map(({ country, path }) => (
          <path
            key={country ?? path}
            d={path}
            className={`map-heat map-heat-${heat(country)}`}
            {...(country === null ? {} : { 'data-country': country })}
          />
        ))}
        {dots.map(({ country, x, y }) =>
          heat(country) === 0 ? null : (
            <circle
              key={country}
              cx={x}
              cy={y}
              r={5}
              className={`map-dot map-heat-${heat(country)}`}
              data-country={country}
            />
          ),
        )}
        {routes.map((route) => {
          const from = middle(route.from);
          const to = middle(route.to);
          return from === null || to === null ? null : (
            <path
              key={`${route.from} ${route.to}`}
              d={way(from, to)}
              className="map-route"
              strokeWidth={1 + 2.5 * Math.sqrt(route.n / busiest)}
            />
          );
        })}
      </svg>
      {hover !== null && (
        <div
          className="chart-tip map-tip"
          style={{
            insetInlineStart: `${hover.x * 100}%`,
            insetBlockStart: `${hover.y * 100}%`,
            translate: `${hover.x > 0.6 ? 'calc(-100% - 12px)' : '12px'} ${hover.y > 0.6 ? 'calc(-100% - 8px)' : '8px'}`,
          }}
          aria-hidden="true"
        >
          <div className="chart-tip-time">{format.country(hover.country)}</div>
          {at === undefined ? (
            <div>No decision</div>
          ) : (
            (
              [
                ['Decisions', at.n],
                ['Challenged', at.challenged],
                ['Blocked', at.blocked],
              ] as const
            ).map(([name, n]) => (
              <div key={name} className="chart-tip-row">
                <span className="chart-tip-name">{name}</span>
                <span className="chart-tip-value">{format.count(n)}</span>
              </div>
            ))
          )}
        </div>
      )}
    </div>
  );
}
