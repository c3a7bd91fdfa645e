import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiClient,
  evidenceOf,
  lookUp,
  type ProblemAnswer,
  problemCode,
} from '../../support/api-client.ts';
import { FAR_IP, FARTHER_IP, knownUser, loginOf, PHONE, stolen } from '../../support/logins.ts';
import type { RunGatehouse, RunningGatehouse } from '../../support/running-gatehouse.ts';

/** Monitor mode, and a policy of the operator. `run` starts the product in the mode under test. */
export function modesSuite(run: RunGatehouse): void {
  describe('monitor mode', () => {
    let gatehouse: RunningGatehouse;
    let api: ApiClient;
    beforeAll(async () => {
      gatehouse = await run({ GATEHOUSE_MODE: 'monitor' });
      api = gatehouse.api;
    }, 120_000);
    afterAll(() => gatehouse?.dispose(), 120_000);

    it('answers allow, says what enforcement would have answered, and teaches nothing that it would have challenged', async () => {
      const user = await knownUser(api, 'watched');
      const before = await lookUp(api, user);
      const theirs = { at_ms: Date.now() };
      const first = await api.risk(stolen(user, theirs), '?include=signals');
      expect(first.action).toBe('allow');
      expect(first.policy).toMatchObject({ mode: 'monitor', would_have: 'challenge' });
      expect(first.learning).toBe('none');
      for (let i = 0; i < 5; i++) await api.risk(stolen(user, theirs));

      const after = await lookUp(api, user);
      expect({ ...after, risk_level: before.risk_level }).toEqual(before);
      const last = await api.risk(stolen(user, theirs), '?include=signals');
      expect(last.policy.would_have).toBe('challenge');
      expect(evidenceOf(last, 'device', 'location', 'network')).toEqual(
        evidenceOf(first, 'device', 'location', 'network'),
      );
    });

    it('goes on learning what the policy would have allowed', async () => {
      const decision = await api.risk(loginOf('at-home'));
      expect(decision).toMatchObject({ action: 'allow', learning: 'provisional' });
      expect((await lookUp(api, 'at-home')).devices).toHaveLength(1);
    });
  });

  describe('a policy of the operator', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-policy-'));
    let gatehouse: RunningGatehouse;
    let api: ApiClient;
    beforeAll(async () => {
      const file = join(directory, 'policy.json');
      const policy = {
        id: 'own',
        version: 7,
        challenge_lifetime_s: 30,
        lists: [
          { list: 'allow', networks: ['187.20.0.0/16'] },
          { list: 'block', user_ids: ['banned'] },
        ],
      };
      writeFileSync(file, JSON.stringify(policy));
      gatehouse = await run({ GATEHOUSE_POLICY_FILE: file });
      api = gatehouse.api;
    }, 120_000);
    afterAll(async () => {
      await gatehouse?.dispose();
      rmSync(directory, { recursive: true, force: true });
    });

    it('an allow list lets in and teaches nothing', async () => {
      const user = await knownUser(api, 'listed');
      const elsewhere = stolen(user, { ip: FARTHER_IP, at_ms: Date.now() });
      const asked = await api.risk(elsewhere, '?dry_run=true&include=signals');
      const before = await lookUp(api, user);
      for (let i = 0; i < 5; i++) {
        const listed = await api.risk(stolen(user, { ip: FAR_IP }));
        expect(listed).toMatchObject({ action: 'allow', learning: 'none', policy: { rule: 'allow_list' } });
      }
      expect({ ...(await lookUp(api, user)), risk_level: before.risk_level }).toEqual(before);
      const then = await api.risk(elsewhere, '?dry_run=true&include=signals');
      expect(then.action).toBe('challenge');
      expect(evidenceOf(then, 'device', 'location', 'network')).toEqual(
        evidenceOf(asked, 'device', 'location', 'network'),
      );
    });

    it('a block list keeps out, also from where an allow list lets in', async () => {
      const banned = await api.risk(loginOf('banned', { ip: FAR_IP, userAgent: PHONE }));
      expect(banned).toMatchObject({ action: 'block', learning: 'none', policy: { rule: 'block_list' } });
    });

    it('an outcome after the life of the challenge is a 410, by the time at which it occurred', async () => {
      const user = await knownUser(api, 'slow');
      const asked = await api.risk(stolen(user, { ip: FARTHER_IP }));
      expect(asked.policy).toMatchObject({ id: 'own', version: 7 });
      const late = await api.post<ProblemAnswer>(`/v1/challenges/${asked.challenge?.id}/outcome`, {
        status: 'succeeded',
        method: 'webauthn',
        user: { id: user },
        occurred_at: new Date(Date.now() + 60_000).toISOString(),
      });
      expect([late.status, problemCode(late.body)]).toEqual([410, 'challenge_expired']);
    });
  });
}
