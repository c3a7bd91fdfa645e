import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstLoginCommand } from '../../../dashboards/src/lib/first-login.ts';
import {
  type ApiClient,
  type DecisionBody,
  type DecisionRecordBody,
  eventually,
  evidenceOf,
  knowsKey,
  lookUp,
  type ProblemAnswer,
  problemCode,
  reasonsOf,
} from '../../support/api-client.ts';
import { BOOTSTRAP_KEY } from '../../support/gatehouse-process.ts';
import { FAR_IP, historyOf, knownUser, loginOf, stolen } from '../../support/logins.ts';
import type { RunGatehouse, RunningGatehouse } from '../../support/running-gatehouse.ts';

/** Everything that callers of the API rely on. `run` starts the product in the mode under test. */
export function apiSuite(run: RunGatehouse): void {
  const README = fileURLToPath(new URL('../../../README.md', import.meta.url));
  /** What API.md promises for searches and panels. */
  const VISIBLE_WITHIN_MS = 15_000;
  const HOUR_MS = 3_600_000;

  let gatehouse: RunningGatehouse;
  let api: ApiClient;

  beforeAll(async () => {
    gatehouse = await run({ GATEHOUSE_LOG_LEVEL: 'info' });
    api = gatehouse.api;
  }, 120_000);
  afterAll(() => gatehouse?.dispose(), 120_000);

  /** The body of a curl command: what stands between the quotes of `-d`. */
  const curlBody = (command: string): string | undefined => /-d '([^']+)'/.exec(command)?.[1];

  describe('a login, from the call to the chart', () => {
    it('the curl call of the empty first page is answered with a reasoned decision', async () => {
      const { status, body } = await api.post<DecisionBody>('/v1/risk', curlBody(firstLoginCommand(api.url)));
      expect(status).toBe(200);
      expect(body.recorded).toBe(true);
      expect(body.action).toBe('allow');
      expect(body.reasons.length).toBeGreaterThan(0);
      expect(body.risk.score).toBeCloseTo(1 / (1 + Math.exp(-body.risk.log_odds)), 12);
    });

    it('the curl call of the README is answered as the README prints it', async () => {
      const readme = readFileSync(README, 'utf8');
      const command = /curl[^`]*\/v1\/risk[^`]*/.exec(readme)?.[0] ?? '';
      const printed = /```json\n([^`]+)```/.exec(readme)?.[1] ?? '';
      const { status, body } = await api.post<DecisionBody>('/v1/risk', curlBody(command));
      expect(status, JSON.stringify(body)).toBe(200);
      const { id, risk, reasons, ...rest } = JSON.parse(printed) as DecisionBody;
      // The browser of the example ages, and other tests teach the population: those figures are of the first login.
      expect(body).toMatchObject(rest);
      expect(Object.keys(body)).toEqual(Object.keys({ id, ...JSON.parse(printed) }));
      expect(Object.keys(body.risk)).toEqual(Object.keys(risk));
      expect(body.reasons.length).toBeGreaterThanOrEqual(reasons.length);
    });

    it('an acknowledged decision is there by id at once, signals and all', async () => {
      const made = await api.risk(loginOf('at-once'));
      const { status, body } = await api.get<DecisionRecordBody>(`/v1/decisions/${made.id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: made.id, action: made.action, risk: made.risk });
      const sum = (body.signals ?? []).reduce((total, { log_odds }) => total + log_odds, 0);
      expect(body.risk.prior_log_odds + sum).toBeCloseTo(body.risk.log_odds, 9);
    });

    it('searches and panels follow by themselves', async () => {
      const made = await api.risk(
        loginOf('shown-soon', { more: { application: { id: 'only-this-login' } } }),
      );
      const since_ms = performance.now();
      await eventually(
        () => api.decisionsOf('shown-soon'),
        (found) => found.some(({ id }) => id === made.id),
        VISIBLE_WITHIN_MS,
      );
      const { body } = await eventually(
        () =>
          api.get<{ rows: { decisions: number }[] }>(
            '/v1/analytics/panels/summary?application=only-this-login',
          ),
        (answer) => answer.body.rows[0]?.decisions === 1,
        VISIBLE_WITHIN_MS - (performance.now() - since_ms),
      );
      expect(body.rows).toHaveLength(1);
    });

    it('a decision of another tenant is a 404, as an unknown one', async () => {
      const made = await api.risk(loginOf('whose'));
      const key = await gatehouse.createKey('another', 'risk:write,decisions:read,users:read,feedback:write');
      const other = api.as(key);
      await eventually(
        () => other.post('/v1/risk', loginOf('whose')),
        ({ status }) => status === 200,
        VISIBLE_WITHIN_MS,
      );
      const foreign = await other.get<ProblemAnswer>(`/v1/decisions/${made.id}`);
      const unknown = await other.get<ProblemAnswer>(
        '/v1/decisions/dec_01a20ad3-7c47-7000-b038-d0c94f399b6b',
      );
      expect(foreign.status).toBe(404);
      expect(foreign.body.detail).toBe(unknown.body.detail);
      const judged = await other.post(`/v1/decisions/${made.id}/feedback`, {
        verdict: 'compromised',
        source: 'analyst',
      });
      expect(judged.status).toBe(404);
    });
  });

  describe('one event, one decision', () => {
    it('the same event_id with the same body gives the first decision again and teaches nothing twice', async () => {
      const body = loginOf('repeated', { more: { event_id: 'repeated-1' } });
      const first = await api.post<DecisionBody>('/v1/risk', body);
      // The level comes from analytics, a moment later.
      const before = await eventually(
        () => lookUp(api, 'repeated'),
        ({ risk_level }) => risk_level !== 'unknown',
        VISIBLE_WITHIN_MS,
      );
      const again = await api.post<DecisionBody>('/v1/risk', body);
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.body).toEqual(first.body);
      expect(await lookUp(api, 'repeated')).toEqual(before);
    });

    it('the same event_id with another body is a 422', async () => {
      await api.risk(loginOf('repeated-otherwise', { more: { event_id: 'repeated-2' } }));
      const other = await api.post<ProblemAnswer>(
        '/v1/risk',
        loginOf('repeated-otherwise', { ip: FAR_IP, more: { event_id: 'repeated-2' } }),
      );
      expect(other.status).toBe(422);
      expect(problemCode(other.body)).toBe('idempotency_mismatch');
    });

    it('twenty concurrent duplicates get one decision', async () => {
      const body = loginOf('at-the-same-time', { more: { event_id: 'repeated-3' } });
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.risk(body)));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      const found = await eventually(
        () => api.decisionsOf('at-the-same-time'),
        (decisions) => decisions.length > 0,
        VISIBLE_WITHIN_MS,
      );
      expect(found).toHaveLength(1);
    });
  });

  describe('a challenge and what becomes of it', () => {
    const outcomeOf = (id: string, userId: string, more: Record<string, unknown>, query = '') =>
      api.post<DecisionBody & ProblemAnswer>(`/v1/challenges/${id}/outcome${query}`, {
        user: { id: userId },
        ...more,
      });

    it('a passed challenge lets the user in with a final token, and the device is known from then on', async () => {
      const user = await knownUser(api, 'challenged');
      const keys = createRemoteJWKSet(new URL(`${api.url}/.well-known/jwks.json`));
      const verify = (token: string | undefined) =>
        jwtVerify(token ?? '', keys, { issuer: 'gatehouse', audience: 'web', typ: 'risk-decision+jwt' });

      const asked = await api.risk(stolen(user), '?include=token');
      expect(asked.action).toBe('challenge');
      expect(asked.learning).toBe('none');
      expect(asked.challenge?.methods).toEqual(['webauthn', 'totp']);
      expect(reasonsOf(asked)).toContain('device.unknown');
      const first = await verify(asked.decision_token);
      expect(first.payload).toMatchObject({ action: 'challenge', final: false, jti: asked.id, sub: user });
      const id = asked.challenge?.id ?? '';

      const stranger = await outcomeOf(id, 'somebody-else', { status: 'succeeded', method: 'webauthn' });
      expect([stranger.status, problemCode(stranger.body)]).toEqual([409, 'user_mismatch']);
      const weak = await outcomeOf(id, user, { status: 'succeeded', method: 'sms' });
      expect([weak.status, problemCode(weak.body)]).toEqual([422, 'method_not_acceptable']);
      const open = await api.get<DecisionRecordBody>(`/v1/decisions/${asked.id}`);
      expect(open.body).toMatchObject({ resolution: 'pending', final_action: null, outcome: null });

      const passed = await outcomeOf(id, user, { status: 'succeeded', method: 'webauthn' }, '?include=token');
      expect(passed.status).toBe(200);
      expect(passed.body).toMatchObject({ action: 'challenge', resolution: 'passed', final_action: 'allow' });
      const last = await verify(passed.body.decision_token);
      expect(last.payload).toMatchObject({
        action: 'allow',
        final: true,
        jti: asked.id,
        sub: user,
        tenant: 'default',
      });

      const again = await outcomeOf(id, user, { status: 'succeeded', method: 'webauthn' });
      expect([again.status, again.body.resolution]).toEqual([200, 'passed']);
      const contrary = await outcomeOf(id, user, { status: 'failed', method: 'webauthn' });
      expect([contrary.status, problemCode(contrary.body)]).toEqual([409, 'outcome_conflict']);

      const next = await api.risk(stolen(user));
      expect(next.action).toBe('allow');
      expect(reasonsOf(next)).not.toContain('device.unknown');
    });

    it('a failed challenge blocks and teaches nothing', async () => {
      const user = await knownUser(api, 'not-passing');
      const before = await lookUp(api, user);
      const asked = await api.risk(stolen(user));
      const failed = await outcomeOf(asked.challenge?.id ?? '', user, { status: 'failed', method: 'totp' });
      expect(failed.body).toMatchObject({ resolution: 'not_passed', final_action: 'block' });
      expect((await lookUp(api, user)).devices).toEqual(before.devices);
      expect((await api.risk(stolen(user))).action).toBe('challenge');
    });

    it('a verdict of compromised unlearns the device: its next login is as unknown as the first', async () => {
      const user = await knownUser(api, 'taken-over');
      // Of nobody else in these tests: what people share weighs less.
      const theirs = { ip: '187.20.77.5', at_ms: Date.now() };
      const asked = await api.risk(stolen(user, theirs), '?include=signals');
      await outcomeOf(asked.challenge?.id ?? '', user, { status: 'succeeded', method: 'totp' });
      expect((await api.risk(stolen(user, theirs))).action).toBe('allow');

      const judge = () =>
        api.post<DecisionRecordBody>(`/v1/decisions/${asked.id}/feedback`, {
          verdict: 'compromised',
          source: 'analyst',
          actor: { type: 'analyst', id: 'ana' },
          note: 'the user was on holiday without a phone',
        });
      const judged = await judge();
      expect(judged.status).toBe(200);
      expect(judged.body.feedback.map(({ verdict }) => verdict)).toEqual(['compromised']);
      // Sent twice it is one verdict.
      expect((await judge()).body.feedback).toEqual(judged.body.feedback);

      const after = await api.risk(stolen(user, theirs), '?include=signals');
      expect(after.action).toBe('challenge');
      const {
        // What the verdict taught about this operator and browser for everybody comes on top.
        'network.attacked_operator': operator,
        'device.attacked_client': client,
        ...own
      } = evidenceOf(after, 'device', 'location', 'network');
      expect(own).toEqual(evidenceOf(asked, 'device', 'location', 'network'));
      for (const taught of [operator, client]) expect(Math.abs(taught ?? 0)).toBeLessThan(0.5);
      const home = await api.risk(loginOf(user));
      expect(home.action).toBe('allow');
      expect((await lookUp(api, user)).risk_level).toBe('high');
    });
  });

  describe('people and what is held about them', () => {
    it('a forgotten device is as new at its next login, and stays so when the profile is rebuilt', async () => {
      const user = await knownUser(api, 'sold-a-laptop');
      await knownUser(api, user, { device: 'kept-phone-1b8e22d0a97c4f65' });
      const look = '?include=signals&dry_run=true';
      const deviceOf = async () => evidenceOf(await api.risk(loginOf(user), look), 'device');
      expect((await deviceOf())['device.known']).toBeLessThan(0);
      const last = await api.risk(loginOf(user));
      const { body: record } = await api.get<DecisionRecordBody>(`/v1/decisions/${last.id}`);
      const forget = {
        user_id: user,
        device_key: record.event.device?.key ?? '',
        actor: { type: 'analyst', id: 'ana' },
        note: 'sold',
      };
      const forgotten = await api.post('/v1/users/forget-device', forget);
      expect(forgotten).toMatchObject({ status: 200, body: { user_id: user, forgotten: true } });
      const asNew = await deviceOf();
      expect(asNew['device.known'] ?? 0).toBe(0);
      expect(asNew['device.unknown']).toBeGreaterThan(0);

      const judged = await api.post(`/v1/decisions/${last.id}/feedback`, {
        verdict: 'legitimate',
        source: 'analyst',
      });
      expect(judged.status).toBe(200);
      expect((await deviceOf())['device.unknown']).toBeGreaterThan(0);

      const again = await api.post('/v1/users/forget-device', forget);
      expect(again).toMatchObject({ status: 200, body: { forgotten: false } });
      const nobody = await api.post<ProblemAnswer>('/v1/users/forget-device', {
        ...forget,
        user_id: 'nobody-such',
      });
      expect([nobody.status, problemCode(nobody.body)]).toEqual([404, 'not_found']);
      const { body } = await api.post<{ forgotten_devices: unknown[] }>('/v1/users/export', {
        user_id: user,
      });
      const entry = { device_key: forget.device_key, actor: forget.actor, note: 'sold' };
      expect(body.forgotten_devices).toMatchObject([entry, entry]);
    });

    it('export gives everything, erasure removes it everywhere with a receipt, and a late event brings nobody back', async () => {
      const user = await knownUser(api, 'leaving');
      const asked = await api.risk(stolen(user));
      await api.post(`/v1/challenges/${asked.challenge?.id}/outcome`, {
        status: 'succeeded',
        method: 'webauthn',
        user: { id: user },
      });
      const exported = await api.post<{ decisions: DecisionRecordBody[]; profile: unknown }>(
        '/v1/users/export',
        {
          user_id: user,
        },
      );
      expect(exported.status).toBe(200);
      expect(exported.body.profile).not.toBeNull();
      expect(exported.body.decisions).toHaveLength(21);
      expect(exported.body.decisions.at(-1)).toMatchObject({
        id: asked.id,
        outcome: { status: 'succeeded' },
      });

      const repeated = { ...loginOf(user), event_id: 'leaving-repeated' };
      const first = await api.risk(repeated);
      const erased = await api.post<{ id: string; decisions: number; profile: boolean }>('/v1/users/erase', {
        user_id: user,
      });
      expect(erased.status).toBe(200);
      expect(erased.body).toMatchObject({ decisions: 22, profile: true });
      expect(erased.body.id).toMatch(/^ers_/);

      const gone = async (): Promise<void> => {
        expect((await api.post('/v1/users/lookup', { user_id: user })).status).toBe(404);
        expect((await api.post('/v1/users/export', { user_id: user })).status).toBe(404);
        expect(await api.decisionsOf(user)).toEqual([]);
        expect((await api.get(`/v1/decisions/${asked.id}`)).status).toBe(404);
      };
      await gone();

      // The retry of a call whose answer was lost, when the user was erased in between.
      const repeat = await api.risk(repeated);
      expect(repeat.action).toBe('allow');
      expect(repeat.id).not.toBe(first.id);
      expect(repeat).toMatchObject({ recorded: true, learning: 'none' });
      expect(repeat.warnings).toContainEqual({ pointer: '/user', code: 'user.erased' });
      await gone();

      const late = await api.post<{ id: string; warnings: unknown[] }>(
        '/v1/events',
        loginOf(user, { at_ms: Date.now() - 2 * HOUR_MS }),
      );
      expect(late.status).toBe(202);
      expect(late.body.warnings).toContainEqual({ pointer: '/user', code: 'user.erased' });
      const kept = await api.get<DecisionRecordBody>(`/v1/decisions/${late.body.id}`);
      expect(kept.body.event.user.id).toBeNull();
      await eventually(
        () => api.get<{ data?: unknown }>(`/v1/analytics/panels/summary?application=web`),
        ({ status }) => status === 200,
        VISIBLE_WITHIN_MS,
      );
      await gone();
    });

    it('a dry run answers what a live call would, and changes nothing', async () => {
      const user = await knownUser(api, 'only-asked');
      const before = await eventually(
        () => lookUp(api, user),
        ({ risk_level }) => risk_level === 'low',
        VISIBLE_WITHIN_MS,
      );
      // One moment for all of them: what is known fades while time passes.
      const moment = { at_ms: Date.now() };
      const asked = await api.risk(stolen(user, moment), '?dry_run=true&include=signals');
      expect(asked.challenge).toBeNull();
      for (let i = 0; i < 5; i++) await api.risk(stolen(user, moment), '?dry_run=true');
      expect(await lookUp(api, user)).toEqual(before);
      const live = await api.risk(stolen(user, moment), '?include=signals');
      expect(live.risk).toEqual(asked.risk);
      expect(live.action).toBe(asked.action);
      const refused = await api.post('/v1/risk?dry_run=true&include=token', stolen(user, moment));
      expect(refused.status).toBe(400);
    });
  });

  describe('what the default policy never does', () => {
    it('a login without the cookie never scores below one from an unknown device', async () => {
      const now_ms = Date.now();
      const histories: Record<string, readonly Record<string, unknown>[]> = {
        'cookie-always': historyOf('cookie-always', 20, now_ms),
        'cookie-once': historyOf('cookie-once', 1, now_ms),
        'cookie-never': historyOf('cookie-never', 12, now_ms, { device: null }),
        'cookie-sometimes': historyOf('cookie-sometimes', 16, now_ms).map((login, i) =>
          i % 2 === 0 ? login : { ...login, device: null },
        ),
        'cookie-many': historyOf('cookie-many', 12, now_ms).map((login, i) => ({
          ...login,
          device: { id: `one-of-many-${i % 6}-b7d1`, presented: true },
        })),
        'cookie-stranger': [],
      };
      for (const [user, history] of Object.entries(histories)) {
        for (const login of history) await api.post('/v1/events', login);
        for (const ip of [undefined, FAR_IP]) {
          const at = { ...(ip === undefined ? {} : { ip }), at_ms: now_ms };
          const ask = async (device: unknown): Promise<number> =>
            (await api.risk({ ...loginOf(user, at), device }, '?dry_run=true')).risk.log_odds;
          const unknown = await ask({ id: 'never-seen-before-4be1', presented: true });
          const left_out = [
            await ask(null),
            await ask({}),
            await ask({ id: 'issued-now-09ac', presented: false }),
          ];
          for (const log_odds of left_out) {
            expect(log_odds, `${user} from ${ip ?? 'home'}`).toBeGreaterThanOrEqual(unknown);
          }
        }
      }
    });

    it('failed attempts make nothing familiar', async () => {
      const user = await knownUser(api, 'guessed-at');
      const before = await lookUp(api, user);
      const theirs = { ip: '187.20.78.5', at_ms: Date.now() };
      const asked = await api.risk(stolen(user, theirs), '?dry_run=true&include=signals');
      for (let i = 0; i < 25; i++) {
        const failed = await api.risk(
          stolen(user, { ...theirs, status: i % 2 === 0 ? 'failed' : 'attempted' }),
        );
        expect(failed.learning).toBe('none');
      }
      expect({ ...(await lookUp(api, user)), risk_level: before.risk_level }).toEqual(before);
      const then = await api.risk(stolen(user, theirs), '?dry_run=true&include=signals');
      expect(evidenceOf(then, 'device', 'location', 'network')).toEqual(
        evidenceOf(asked, 'device', 'location', 'network'),
      );
      expect(then.risk.score).toBeGreaterThanOrEqual(asked.risk.score);
    });

    it('ten looped logins in an hour count once', async () => {
      const from_ms = Date.now() - HOUR_MS;
      for (let i = 0; i < 10; i++) {
        await api.risk(loginOf('looping', { at_ms: from_ms + i * 6 * 60_000 }));
      }
      const { profile, devices, countries, clients, networks, places } = await lookUp(api, 'looping');
      expect(profile?.logins).toBe(1);
      for (const habits of [devices, countries, clients, networks, places]) {
        expect(habits).toHaveLength(1);
        expect(habits[0]?.weight).toBeLessThanOrEqual(1);
      }
    });
  });

  describe('bad input', () => {
    const riskStatus = async (body: unknown): Promise<[number, string, readonly string[]]> => {
      const answer = await api.post<ProblemAnswer>('/v1/risk', body);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      return [
        answer.status,
        problemCode(answer.body),
        (answer.body.errors ?? []).map(({ pointer }) => pointer),
      ];
    };
    const mistakes: Record<string, [body: unknown, status: number, code: string, pointers: string[]]> = {
      'malformed JSON': ['{"user": {"id": "u"', 400, 'invalid_json', ['']],
      'an empty body': ['', 400, 'invalid_body', ['']],
      'nesting without end': ['['.repeat(30_000), 400, 'invalid_json', ['']],
      'a wrong type': [{ ...loginOf('u'), user: { id: 7 } }, 400, 'invalid_body', ['/user/id']],
      'a wrong type where end users have a say': [
        { ...loginOf('u'), context: { ip: '84.128.10.20', user_agent: 7 } },
        400,
        'invalid_body',
        ['/context/user_agent'],
      ],
      'an unknown field': [{ ...loginOf('u'), usr: 1 }, 400, 'invalid_body', ['/usr']],
      'a zoned address': [loginOf('u', { ip: 'fe80::1%eth0' }), 400, 'invalid_body', ['/context/ip']],
      'an address with a port': [
        loginOf('u', { ip: '84.128.10.20:443' }),
        400,
        'invalid_body',
        ['/context/ip'],
      ],
      'a future time': [
        { ...loginOf('u'), occurred_at: '2999-01-01T00:00:00Z' },
        400,
        'invalid_body',
        ['/occurred_at'],
      ],
      'a time before computers': [
        { ...loginOf('u'), occurred_at: '0001-01-01T00:00:00Z' },
        400,
        'invalid_body',
        ['/occurred_at'],
      ],
      'a time without an offset': [
        { ...loginOf('u'), occurred_at: '2026-11-23T01:28:40' },
        400,
        'invalid_body',
        ['/occurred_at'],
      ],
      'half a surrogate pair as user id': [loginOf('\ud800'), 400, 'invalid_body', ['/user/id']],
      'a success of nobody': [{ context: { ip: '84.128.10.20' } }, 400, 'invalid_body', ['/user/id']],
      'properties beyond 4 KiB': [
        { ...loginOf('u'), properties: { a: 'x'.repeat(5_000) } },
        400,
        'invalid_body',
        ['/properties'],
      ],
    };
    for (const [name, [body, status, code, pointers]] of Object.entries(mistakes)) {
      it(`${name} of the caller is a clear ${status}`, async () => {
        expect(await riskStatus(body)).toEqual([status, code, pointers]);
      });
    }

    it('an ancient time needs the scope import', async () => {
      const plain = await gatehouse.createKey('plain', 'risk:write');
      const send = (key: string) =>
        api
          .as(key)
          .post<ProblemAnswer>('/v1/events', loginOf('old', { at_ms: Date.now() - 30 * 24 * HOUR_MS }));
      const refused = await eventually(() => send(plain), knowsKey, VISIBLE_WITHIN_MS);
      expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([400, '/occurred_at']);
      expect(
        (await api.post('/v1/events', loginOf('old', { at_ms: Date.now() - 30 * 24 * HOUR_MS }))).status,
      ).toBe(202);
    });

    it.each([
      ['announced', true],
      ['in chunks', false],
    ])('a body of 10 MB, %s, is a 413 that the caller gets to read', async (_, announced) => {
      const body = Buffer.alloc(10_000_000, ' ');
      const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
        const request = httpRequest(
          `${api.url}/v1/risk`,
          {
            method: 'POST',
            headers: {
              authorization: `Bearer ${BOOTSTRAP_KEY}`,
              'content-type': 'application/json',
              ...(announced ? { 'content-length': body.length } : {}),
            },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (part: string) => {
              text += part;
            });
            response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          },
        );
        request.on('error', reject);
        for (let from = 0; from < body.length; from += 100_000)
          request.write(body.subarray(from, from + 100_000));
        request.end();
      });
      expect(answer.status).toBe(413);
      expect(problemCode(JSON.parse(answer.text) as ProblemAnswer)).toBe('body_too_large');
    });

    const oddities: Record<
      string,
      [change: Record<string, unknown>, warnings: { pointer: string; code: string }[]]
    > = {
      'a user agent of 60 KB': [
        { context: { ip: '84.128.10.20', user_agent: 'A'.repeat(60_000) } },
        [{ pointer: '/context/user_agent', code: 'truncated' }],
      ],
      'a user agent of control characters': [
        { context: { ip: '84.128.10.20', user_agent: '\u0000\u001b[31mMozilla\r\nx: y' } },
        [{ pointer: '/context/user_agent', code: 'cleaned' }],
      ],
      'headers with odd names': [
        {
          context: {
            ip: '84.128.10.20',
            headers: {
              constructor: 'a',
              'x y': 'b',
              [`x-${'h'.repeat(3_000)}`]: 'c',
              'accept-language': 'de',
            },
          },
        },
        [{ pointer: '/context/headers', code: 'dropped' }],
      ],
      'a header of 20 KB': [
        { context: { ip: '84.128.10.20', headers: { 'accept-language': 'de,'.repeat(7_000) } } },
        [{ pointer: '/context/headers/accept-language', code: 'truncated' }],
      ],
      'a device id of 50 KB': [
        { device: { id: 'd'.repeat(50_000), presented: true } },
        [{ pointer: '/device/id', code: 'overlong' }],
      ],
      'a session id of 50 KB': [
        { session: { id: 's'.repeat(50_000) } },
        [{ pointer: '/session/id', code: 'overlong' }],
      ],
      'a login name of 50 KB': [
        { user: { id: 'odd', login: 'l'.repeat(50_000) } },
        [{ pointer: '/user/login', code: 'truncated' }],
      ],
    };
    for (const [name, [change, warnings]] of Object.entries(oddities)) {
      it(`${name} of an end user is decided on, with a warning`, async () => {
        const decision = await api.risk({ ...loginOf('odd'), ...change });
        expect(decision.recorded).toBe(true);
        for (const warning of warnings) expect(decision.warnings).toContainEqual(warning);
      });
    }

    it.concurrent.each([
      ['a\u0000b'],
      ['a\u0000c'],
      ['👩‍🚀'],
      ['__proto__'],
      ['constructor'],
      ['{user:42}'],
      [' '],
      ['../../etc/passwd'],
      ["'; DROP TABLE decisions; --"],
      ['x'.repeat(256)],
    ])('%j is just an id: of a user, an event, a device, a session', async (id) => {
      const body = {
        ...loginOf(id, { device: id }),
        event_id: id.slice(0, 128),
        attempt_id: id.slice(0, 128),
        session: { id },
      };
      const made = await api.risk(body);
      const read = await api.get<DecisionRecordBody>(`/v1/decisions/${made.id}`);
      expect(read.body.event.user.id).toBe(id);
      expect(read.body.event_id).toBe(id.slice(0, 128));
      expect((await api.risk(body)).id).toBe(made.id);
      expect((await lookUp(api, id)).profile?.logins).toBe(1);
      const found = await eventually(
        () => api.decisionsOf(id),
        (decisions) => decisions.length > 0,
        VISIBLE_WITHIN_MS,
      );
      expect(found.map((decision) => decision.id)).toEqual([made.id]);
    });

    it('nothing of all this was logged as a fault', () => {
      const faults = gatehouse
        .logged()
        .split('\n')
        .filter((line) => /"level":(50|60)/.test(line));
      expect(faults).toEqual([]);
    });
  });
}
