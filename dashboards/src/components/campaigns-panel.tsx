import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Campaign } from '../api/types.ts';
import { cellSearch } from '../lib/campaign-link.ts';
import type { DecisionsSearch } from '../lib/url-state.ts';
import { campaignKindWords, durationWords } from '../lib/words.ts';
import { useFormat } from './format-context.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonLines } from './skeleton.tsx';
import { Untrusted } from './untrusted.tsx';

/** Kept free around a campaign, so that its first and last logins are inside the link. */
const MARGIN_MS = 60_000;

function CampaignRow({ campaign, now_ms }: { readonly campaign: Campaign; readonly now_ms: number }) {
  const format = useFormat();
  const live = campaign.state === 'live';
  const from_ms = Date.parse(campaign.started_at);
  const to_ms = Date.parse(campaign.last_seen_at);
  // A live one goes on: an open end would be cut off, so its range reaches to now.
  const search: DecisionsSearch = {
    ...cellSearch(campaign.cell),
    from: new Date(from_ms - MARGIN_MS).toISOString(),
    to: new Date((live ? now_ms : to_ms) + MARGIN_MS).toISOString(),
  };
  return (
    <tr data-testid="campaign" data-state={campaign.state}>
      <th scope="row" className="campaign-what">
        <span className={live ? 'campaign-state campaign-live' : 'campaign-state'}>
          <span className="live-dot" aria-hidden="true" />
          {live ? 'Live' : 'Ended'}
        </span>{' '}
        <Link to="/decisions" search={search} className="row-link campaign-link">
          {campaignKindWords(campaign.kind)}
        </Link>
        <span className="sub">
          <Untrusted>{campaign.cell.label}</Untrusted>
        </span>
        <span className="sub narrow-only">
          {format.moment(campaign.started_at, now_ms)}, for {durationWords((live ? now_ms : to_ms) - from_ms)}
        </span>
      </th>
      <td className="campaign-began">
        <time dateTime={campaign.started_at} title={format.full(campaign.started_at)}>
          {format.moment(campaign.started_at, now_ms)}
        </time>
        <span className="sub">for {durationWords((live ? now_ms : to_ms) - from_ms)}</span>
      </td>
      <td className="number">
        {format.count(campaign.attempts)}
        <span className="sub">failed tries</span>
      </td>
      <td className="number">
        {format.count(campaign.users)}
        <span className="sub">accounts</span>
      </td>
      <td className="number">
        {campaign.successes > 0 ? (
          <Link
            to="/decisions"
            search={{ ...search, status: 'succeeded' }}
            className="campaign-in pivot"
            data-testid="campaign-in"
          >
            {format.count(campaign.successes)}
          </Link>
        ) : (
          format.count(0)
        )}
        <span className="sub">got in</span>
      </td>
      <td className="number campaign-rate">
        {format.number(campaign.rate_per_min)}/min
        <span className="sub">usual {format.number(campaign.usual_rate_per_min)}</span>
      </td>
    </tr>
  );
}

/** Says that none is live only where an answer says so; null while there is none. */
const noteOf = (live: number | null, error: unknown): { readonly note?: ReactNode } => {
  if (error != null) return { note: 'Whether one is live is unknown' };
  if (live === null) return {};
  return { note: live > 0 ? <strong className="campaign-in">{live} live now</strong> : 'None is live' };
};

interface CampaignsPanelProps {
  readonly campaigns: readonly Campaign[] | undefined;
  readonly error: unknown;
  readonly stale: boolean;
  readonly onRetry: () => void;
  /** When the answer came: what is live goes on until then. */
  readonly now_ms: number;
}

/** Attacks on many accounts at once, live ones first; each leads to its logins. */
export function CampaignsPanel({ campaigns, error, stale, onRetry, now_ms }: CampaignsPanelProps) {
  const sorted = (campaigns ?? []).toSorted(
    (a, b) =>
      Number(b.state === 'live') - Number(a.state === 'live') ||
      Date.parse(b.started_at) - Date.parse(a.started_at),
  );
  const live = sorted.filter(({ state }) => state === 'live').length;
  return (
    <Panel
      title="Campaigns"
      testId="campaigns"
      className="area-campaigns"
      flush
      stale={stale}
      {...noteOf(campaigns === undefined ? null : live, error)}
    >
      {error != null && (
        <ProblemNote
          what="The campaigns could not be loaded"
          error={error}
          onRetry={onRetry}
          slim={campaigns !== undefined}
        />
      )}
      {campaigns === undefined && error == null && <SkeletonLines lines={2} label="Loading the campaigns" />}
      {campaigns !== undefined && sorted.length === 0 && error == null && (
        <p className="empty-line empty-inset">
          No attack on many accounts at once was noticed in this range.
        </p>
      )}
      {sorted.length > 0 && (
        <div className="table-scroll">
          <table className="table campaigns">
            <caption className="visually-hidden">Campaigns, live ones first</caption>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" className="campaign-began">
                  Began
                </th>
                <th scope="col" className="number">
                  Tries
                </th>
                <th scope="col" className="number">
                  Accounts
                </th>
                <th scope="col" className="number">
                  Got in
                </th>
                <th scope="col" className="number campaign-rate">
                  Rate
                </th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((campaign) => (
                <CampaignRow key={campaign.id} campaign={campaign} now_ms={now_ms} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
