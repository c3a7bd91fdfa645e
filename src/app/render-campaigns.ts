import type { CampaignListAnswer } from '../contracts/http/campaign-answers.ts';
import type { Campaign, CampaignPage } from '../ports/analytics.ts';

export const renderCampaignPage = (page: CampaignPage): CampaignListAnswer => ({
  data: page.data.flatMap((campaign) => {
    const [cell] = campaign.cells;
    return cell === undefined ? [] : [render(campaign, cell)];
  }),
  next_cursor: page.nextCursor,
});

const render = (campaign: Campaign, cell: Campaign['cells'][number]): CampaignListAnswer['data'][number] => ({
  id: campaign.id,
  kind: campaign.kind,
  state: campaign.ended_ms === null ? 'live' : 'ended',
  started_at: time(campaign.started_ms),
  detected_at: time(campaign.detected_ms),
  last_seen_at: time(campaign.lastSeen_ms),
  ended_at: campaign.ended_ms === null ? null : time(campaign.ended_ms),
  attempts: campaign.attempts,
  users: campaign.users,
  successes: campaign.successes,
  rate_per_min: rounded(campaign.rate_per_min),
  usual_rate_per_min: rounded(campaign.usualRate_per_min),
  cell,
  cells: [...campaign.cells],
  networks: [...campaign.networks],
});

const time = (at_ms: number): string => new Date(at_ms).toISOString();
const rounded = (rate: number): number => Math.round(rate * 1_000) / 1_000;
