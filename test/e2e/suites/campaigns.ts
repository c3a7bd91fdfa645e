import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignListAnswer } from '../../../src/contracts/http/campaign-answers.ts';
import { type ApiClient, eventually, type ProblemAnswer, reasonsOf } from '../../support/api-client.ts';
import { DESKTOP, knownUser, loginOf } from '../../support/logins.ts';
import type { RunGatehouse, RunningGatehouse } from '../../support/running-gatehouse.ts';

/** Campaigns, from the tries to the list. `run` starts the product in the mode under test. */
export function campaignsSuite(run: RunGatehouse): void {
  /** Two seconds are promised; a machine that is busy with other tests may take longer. */
  const VISIBLE_WITHIN_MS = 15_000;
  const MINUTE_MS = 60_000;
  /** A range of a hosting company, and the kit that works in it. */
  const RANGE = '5.9.77';
  const KIT = { user_agent: DESKTOP, tls_fingerprint: 't13d1715h2_5b57614c22b0_kit' };

  let gatehouse: RunningGatehouse;
  let api: ApiClient;

  beforeAll(async () => {
    gatehouse = await run();
    api = gatehouse.api;
  }, 120_000);
  afterAll(() => gatehouse?.dispose(), 120_000);

  /** Tries one account after the other, every six seconds, the last one now. */
  async function stuff(client: ApiClient, n: number): Promise<void> {
    const now_ms = Date.now();
    for (let i = 0; i < n; i++) {
      await client.risk({
        status: 'failed',
        occurred_at: new Date(now_ms - (n - 1 - i) * 6_000).toISOString(),
        user: { login: `leaked-${i}@example.org` },
        context: { ip: `${RANGE}.${1 + (i % 200)}`, ...KIT },
      });
    }
  }

  /** As `list`, while ClickHouse may be too busy to answer. */
  const listed = async (client: ApiClient): Promise<CampaignListAnswer['data']> => {
    const { status, body } = await client.get<CampaignListAnswer>('/v1/campaigns');
    return status === 200 ? body.data : [];
  };
  const list = async (client: ApiClient, query = ''): Promise<CampaignListAnswer> => {
    const { status, body } = await client.get<CampaignListAnswer>(`/v1/campaigns${query}`);
    if (status !== 200) throw new Error(`/v1/campaigns: ${status} ${JSON.stringify(body)}`);
    return body;
  };

  describe('credential stuffing, from the tries to the list', () => {
    it('is one campaign in the list, with its figures and cells', async () => {
      await knownUser(api, 'victim');
      const began_ms = Date.now();
      await stuff(api, 40);
      const data = await eventually(
        () => listed(api),
        (answer) => answer[0]?.attempts === 40,
        VISIBLE_WITHIN_MS,
      );
      expect(data).toHaveLength(1);
      const [campaign] = data;
      expect(campaign).toMatchObject({ kind: 'stuffing', state: 'live', ended_at: null, successes: 0 });
      expect(campaign?.id).toMatch(/^cmp_/);
      expect(campaign?.users).toBeGreaterThanOrEqual(39);
      expect(new Set(campaign?.cells.map(({ kind }) => kind))).toEqual(new Set(['as', 'tls', 'network']));
      expect(campaign?.networks[0]?.network).toBe(`${RANGE}.0/24`);
      expect(campaign?.cells.find(({ kind }) => kind === 'as')?.label).toMatch(/^AS\d+ .*, Chrome$/);
      const started_ms = Date.parse(campaign?.started_at ?? '');
      expect(Math.abs(started_ms - (began_ms - 39 * 6_000))).toBeLessThan(30_000);
      expect(Date.parse(campaign?.detected_at ?? '') - started_ms).toBeLessThan(3 * MINUTE_MS);
    });

    it('is challenged and not blocked for who gets in within it, and counted there', async () => {
      const login = { ...loginOf('victim', { ip: `${RANGE}.9`, device: null }) };
      const decision = await api.risk(
        { ...login, context: { ip: `${RANGE}.9`, ...KIT } },
        '?include=signals',
      );
      expect(decision.action).toBe('challenge');
      expect(reasonsOf(decision)).toContain('velocity.campaign');
      const said = decision.reasons.find(({ code }) => code === 'velocity.campaign')?.message;
      expect(said).toMatch(
        /^part of a credential-stuffing campaign since \d\d:\d\d UTC: 4\d attempts at \d+ accounts/,
      );
      const data = await eventually(
        () => listed(api),
        (answer) => answer[0]?.successes === 1,
        VISIBLE_WITHIN_MS,
      );
      expect(data).toHaveLength(1);
    });

    it('does not reach the user’s own laptop at home', async () => {
      const decision = await api.risk(loginOf('victim'));
      expect(decision.action).toBe('allow');
      expect(reasonsOf(decision)).not.toContain('velocity.campaign');
    });

    it('is another tenant’s business only there', async () => {
      const key = await gatehouse.createKey('neighbour', 'risk:write,decisions:read');
      const neighbour = api.as(key);
      await eventually(
        () => neighbour.get('/v1/campaigns'),
        ({ status }) => status === 200,
        VISIBLE_WITHIN_MS,
      );
      expect((await list(neighbour)).data).toEqual([]);
    });

    it('is found by state, kind and time, page by page', async () => {
      expect((await list(api, '?state=live&kind=stuffing&limit=1')).data).toHaveLength(1);
      expect((await list(api, '?state=ended')).data).toEqual([]);
      expect((await list(api, '?kind=spraying')).data).toEqual([]);
      expect((await list(api, `?to=${encodeURIComponent('2026-01-01T00:00:00Z')}`)).data).toEqual([]);
      for (const query of [
        '?state=over',
        '?limit=0',
        '?limit=201',
        '?from=yesterday',
        '?cursor=x',
        '?page=2',
      ]) {
        const { status, body } = await api.get<ProblemAnswer>(`/v1/campaigns${query}`);
        expect(status, `${query} ${JSON.stringify(body)}`).toBe(400);
      }
    });

    it('is counted for the operator', async () => {
      const counted = (await gatehouse.metrics()).matchAll(
        /^gatehouse_campaigns_total\{kind="stuffing"\} (\d+)$/gm,
      );
      expect([...counted].reduce((sum, [, n]) => sum + Number(n), 0)).toBe(1);
    });

    it('goes on as the same campaign after a restart', async () => {
      const [before] = (await list(api)).data;
      gatehouse = await gatehouse.restart();
      api = gatehouse.api;
      await stuff(api, 3);
      const data = await eventually(
        () => listed(api),
        (answer) => (answer[0]?.attempts ?? 0) >= 43,
        VISIBLE_WITHIN_MS,
      );
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({ id: before?.id, started_at: before?.started_at });
    }, 120_000);
  });
}
