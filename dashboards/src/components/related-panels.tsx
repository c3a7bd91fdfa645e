import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { relatedQuery } from '../api/queries.ts';
import type { Decision, DecisionRow, Related } from '../api/types.ts';
import { distanceKm } from '../lib/journey.ts';
import { placeWords } from '../lib/place-words.ts';
import { durationWords } from '../lib/words.ts';
import { useFormat } from './format-context.tsx';
import { ActionMark } from './marks.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonBlock, SkeletonLines } from './skeleton.tsx';
import { Untrusted } from './untrusted.tsx';

const JourneyMap = lazy(() => import('../map/journey-map.tsx'));

/** Rows of each list; the search behind it has the rest. */
const MOST_ROWS = 6;

/** Whose it is, where the list does not say that already, and where from. */
const whatOf = (row: DecisionRow, named: boolean, place: string | null): readonly string[] =>
  named ? [row.user_id ?? 'no user named', place ?? row.ip] : place === null ? [row.ip] : [place, row.ip];

function RelatedList({
  title,
  found,
  link,
  named = true,
}: {
  readonly title: string;
  /** Whether each row says whose it is. */
  readonly named?: boolean;
  readonly found: NonNullable<Related['user']>;
  readonly link: React.ReactNode;
}) {
  const format = useFormat();
  const now_ms = Date.now();
  return (
    <section className="related" aria-label={title}>
      <h3>
        {title} <span className="count">{format.count(found.total)}</span>
        {found.total > 0 && link}
      </h3>
      {found.data.length === 0 ? (
        <p className="empty-line">None within 30 days.</p>
      ) : (
        <ul>
          {found.data.slice(0, MOST_ROWS).map((row) => (
            <li key={row.id}>
              <ActionMark action={row.action} />
              <Link to="/decisions/$decisionId" params={{ decisionId: row.id }} className="related-link">
                <time dateTime={row.occurred_at} title={format.full(row.occurred_at)}>
                  {format.moment(row.occurred_at, now_ms)}
                </time>
              </Link>
              <span className="related-what">
                <Untrusted cut>{whatOf(row, named, placeWords(row, format)).join(' · ')}</Untrusted>
              </span>
              <span className="score">{format.percent(row.score)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What else happened around it: the same user, the same address, the same device. */
export function RelatedPanel({ decision }: { readonly decision: Decision }) {
  const query = useQuery(relatedQuery(decision.id));
  const { data } = query;
  const user = decision.event.user?.id;
  const { ip } = decision.event.context;
  const device = decision.event.device?.key;
  return (
    <Panel title="Related decisions" note="Within 30 days" testId="related">
      {query.isError && (
        <ProblemNote
          what="Related decisions could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          slim
        />
      )}
      {query.isPending && <SkeletonLines lines={6} label="Loading related decisions" />}
      {data !== undefined && (
        <div className="related-columns">
          {data.user !== null && user != null && (
            <RelatedList
              title="Same user"
              named={false}
              found={data.user}
              link={
                <Link to="/decisions" search={{ user }} className="code-link">
                  All
                </Link>
              }
            />
          )}
          {data.address !== null && (
            <RelatedList
              title="Same address"
              found={data.address}
              link={
                <Link to="/decisions" search={{ ip }} className="code-link">
                  All
                </Link>
              }
            />
          )}
          {data.device !== null && device != null && (
            <RelatedList
              title="Same device"
              found={data.device}
              link={
                <Link to="/decisions" search={{ device }} className="code-link">
                  All
                </Link>
              }
            />
          )}
        </div>
      )}
    </Panel>
  );
}

const placed = (row: DecisionRow | null): { readonly latitude: number; readonly longitude: number } | null =>
  row === null || row.latitude === null || row.longitude === null
    ? null
    : { latitude: row.latitude, longitude: row.longitude };

/** The way from the user's last accepted login to this one. Left out where the place is not known. */
export function JourneyPanel({ decision }: { readonly decision: Decision }) {
  const format = useFormat();
  const query = useQuery(relatedQuery(decision.id));
  const facts = decision.facts ?? {};
  if (facts.latitude == null || facts.longitude == null) return null;
  const here = { latitude: facts.latitude, longitude: facts.longitude };
  const previous = query.data?.previous ?? null;
  const before = placed(previous);
  const km = before === null ? null : distanceKm(before, here);
  const since_ms =
    previous === null ? 0 : Date.parse(decision.event.occurred_at) - Date.parse(previous.occurred_at);
  const speed = km === null || since_ms < 60_000 ? null : km / (since_ms / 3_600_000);
  const placeHere = placeWords(facts, format) ?? 'unknown';
  const placeBefore = previous === null ? null : (placeWords(previous, format) ?? 'unknown');
  return (
    <Panel title="Journey" testId="journey">
      <Suspense fallback={<SkeletonBlock label="Loading the map" />}>
        <JourneyMap
          here={here}
          before={before}
          label={
            placeBefore === null
              ? `Map: this login from ${placeHere}`
              : `Map: from ${placeBefore} to ${placeHere}${km === null ? '' : `, ${format.count(km)} km`}`
          }
        />
      </Suspense>
      <dl className="facts">
        <div className="fact">
          <dt>
            <span className="map-key map-key-here" aria-hidden="true" /> This login
          </dt>
          <dd>
            <Untrusted>{placeHere}</Untrusted>
            {facts.accuracy_km != null && (
              <span className="muted"> within {format.count(facts.accuracy_km)} km</span>
            )}
          </dd>
        </div>
        <div className="fact">
          <dt>
            <span className="map-key map-key-before" aria-hidden="true" /> Accepted before
          </dt>
          <dd>
            {previous === null ? (
              <span className="missing">{query.isPending ? 'looking' : 'none that is known'}</span>
            ) : (
              <>
                <Link to="/decisions/$decisionId" params={{ decisionId: previous.id }}>
                  <Untrusted>{placeBefore ?? ''}</Untrusted>
                </Link>
                <span className="muted">, {durationWords(since_ms)} earlier</span>
              </>
            )}
          </dd>
        </div>
        {km !== null && (
          <div className="fact">
            <dt>Distance</dt>
            <dd>
              {format.count(km)} km
              {speed !== null && <span className="muted">, {format.count(speed)} km/h</span>}
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
