import type { CampaignFacts, CellFacts } from '../facts.ts';
import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  nextDoor,
  privateAddress,
  STUFFING,
  strangeDevice,
  withinCampaign,
  withVelocity,
} from './examples.ts';
import { isHabitualAddress } from './support/address.ts';
import { cellLabel } from './support/cell-label.ts';
import { isOwnDevice } from './support/device.ts';
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['velocity.campaign'];

export const velocityCampaign: Signal = {
  id: 'velocity.campaign',
  category: 'velocity',
  title: 'Part of a campaign',
  description:
    'The login lies in a cell of traffic (an AS with a browser family, a TLS fingerprint, a /24 or /48) in which ' +
    'credential stuffing or password spraying goes on, as a change-point statistic of distinct failing people says. ' +
    'ln(1 + tries · hit rate / (accepted logins · takeover rate)): a provider through which thousands log in says ' +
    'little about one of them, a hosting range that nobody used before nearly all. Weighed down on the user’s own ' +
    'device and at the habitual address. Alone it never blocks.',
  needs: ['velocity.cells', 'sharing.deviceUsers', 'profile', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const { cells } = facts.velocity.value;
    if (cells === null) return abstain('not_public');
    let worst: CellFacts | null = null;
    let nats = 0;
    for (const cell of cells) {
      const says = cell.campaign === null ? 0 : campaignNats(cell.campaign, cell.accepted_per_min);
      if (says > nats) {
        worst = cell;
        nats = says;
      }
    }
    if (worst === null || worst.campaign === null) return neutral();
    const { campaign, kind } = worst;
    if (nats < W.telling_nats) return neutral({ campaign_id: campaign.id });
    const share = isOwnDevice(event, facts)
      ? W.own_device_share
      : isHabitualAddress(facts, event.occurredAt_ms)
        ? W.habitual_share
        : 1;
    const as = facts.address.as.known ? facts.address.as.value : null;
    return evidence(nats * share, {
      campaign_id: campaign.id,
      campaign_kind: campaign.kind,
      cell: kind,
      cell_label: cellLabel(kind, {
        asn: as?.number ?? null,
        as_name: as?.name ?? null,
        client: facts.client.known ? facts.client.value.browserFamily : null,
        tls_fingerprint: event.context.tlsFingerprint,
        network: facts.address.network,
      }),
      since: new Date(campaign.started_ms).toISOString(),
      attempts: campaign.attempts,
      users: campaign.users,
      successes: campaign.successes,
      accepted_per_min: Math.round(worst.accepted_per_min * 1_000) / 1_000,
    });
  },
  explain(details) {
    const kind =
      text(details, 'campaign_kind', '') === 'spraying' ? 'password-spraying' : 'credential-stuffing';
    const since = text(details, 'since', '').slice(11, 16);
    const when = since === '' ? '' : ` since ${since} UTC`;
    return (
      `part of a ${kind} campaign${when}: ${count(num(details, 'attempts'), 'attempt', 'attempts')} at ` +
      `${count(num(details, 'users'), 'account', 'accounts')} from ${text(details, 'cell_label', 'this traffic')}`
    );
  },
  examples: {
    positive: [
      {
        name: 'In the middle of stuffing from an operator through which hardly anybody logs in',
        facts: all(nextDoor, strangeDevice, withinCampaign('as', STUFFING)),
      },
      {
        name: 'The same on the user’s own laptop: a hint at most',
        facts: withinCampaign('as', STUFFING),
      },
    ],
    negative: [
      { name: 'From home, nothing goes on' },
      {
        name: 'Stuffing through a large provider, of whose customers 300 a minute log in',
        facts: all(nextDoor, strangeDevice, withinCampaign('as', STUFFING, 300)),
      },
    ],
    abstaining: [
      { name: 'From a private address', facts: all(privateAddress, withVelocity({ cells: null })) },
      {
        name: 'The counters did not arrive in time',
        facts: (base) => ({ ...base, velocity: unknown('timeout') }),
      },
    ],
  },
};

/** Of the people who get in here now, how many more are thieves than the prior says, in nats. */
function campaignNats(campaign: CampaignFacts, accepted_per_min: number): number {
  const thieves = campaign.attempts_per_min * W.hit_rate;
  const expected = (accepted_per_min + W.quiet_per_min) * W.takeover_rate;
  return Math.min(W.max, Math.log1p(thieves / expected));
}
