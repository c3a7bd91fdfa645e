import { createRemoteJWKSet, jwtVerify } from 'jose';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouseConnection } from '../../../src/adapters/clickhouse/connect.ts';
import { createClickHouse } from '../../../src/adapters/clickhouse/create-clickhouse.ts';
import { PANELS } from '../../../src/analytics/panels/index.ts';
import { type DecisionBody, type DecisionRecordBody, lookUp } from '../../support/api-client.ts';
import { knownUser, loginOf, stolen } from '../../support/logins.ts';
import type { RunGatehouse, RunningGatehouse } from '../../support/running-gatehouse.ts';

/** What a stop and a start keep. `run` starts the product in the mode under test. */
export function restartSuite(run: RunGatehouse): void {
  let gatehouse: RunningGatehouse;

  beforeAll(async () => {
    gatehouse = await run();
  }, 120_000);
  afterAll(() => gatehouse?.dispose(), 120_000);

  const idsInAnalytics = async (connection: ClickHouseConnection): Promise<readonly string[]> => {
    const clickhouse = createClickHouse({
      connection,
      panels: PANELS,
      clock: Date.now,
      log: pino({ level: 'silent' }),
    });
    try {
      const rows = await clickhouse.database.query<{ id: string }>('read', 'SELECT id FROM decisions');
      return rows.map(({ id }) => id);
    } finally {
      await clickhouse.close();
    }
  };

  describe('stop and start', () => {
    it('a stop flushes to analytics, and a start knows decisions, profiles, challenges, verdicts, keys and event ids', async () => {
      const { api } = gatehouse;
      const user = await knownUser(api, 'staying');
      const asked = await api.risk(stolen(user), '?include=token');
      const passing = stolen('staying', {
        device: 'second-phone-1c9e7b5a3f2d4860',
        more: { event_id: 'before-1' },
      });
      const pending = await api.risk(passing);
      await api.post(`/v1/decisions/${asked.id}/feedback`, { verdict: 'dismissed', source: 'analyst' });
      const key = await gatehouse.createKey('default', 'decisions:read');
      const profile = await lookUp(api, user);
      const burst = await Promise.all(Array.from({ length: 300 }, (_, i) => api.risk(loginOf(`burst-${i}`))));

      expect(burst.filter(({ recorded }) => !recorded)).toEqual([]);

      gatehouse = await gatehouse.restart(async (exitCode) => {
        expect(exitCode).toBe(0);
        const ids = await idsInAnalytics(gatehouse.analytics);
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(ids)).toEqual(new Set([...ids, asked.id, pending.id, ...burst.map(({ id }) => id)]));
      });

      const after = gatehouse.api;
      expect(await lookUp(after, user)).toEqual(profile);
      const read = await after.as(key).get<DecisionRecordBody>(`/v1/decisions/${asked.id}`);
      expect(read.body.feedback.map(({ verdict }) => verdict)).toEqual(['dismissed']);
      const again = await after.post<DecisionBody>('/v1/risk', passing);
      expect([again.body.id, again.headers.get('idempotent-replayed')]).toEqual([pending.id, 'true']);
      const outcome = await after.post<DecisionBody>(`/v1/challenges/${pending.challenge?.id}/outcome`, {
        status: 'succeeded',
        method: 'webauthn',
        user: { id: user },
      });
      expect(outcome.body).toMatchObject({ resolution: 'passed', final_action: 'allow' });
      const keys = createRemoteJWKSet(new URL(`${after.url}/.well-known/jwks.json`));
      const token = await jwtVerify(asked.decision_token ?? '', keys, {
        issuer: 'gatehouse',
        audience: 'web',
      });
      expect(token.payload.jti).toBe(asked.id);
      const found = await after.decisionsOf(user);
      expect(found.map(({ id }) => id)).toContain(asked.id);
    }, 120_000);
  });
}
