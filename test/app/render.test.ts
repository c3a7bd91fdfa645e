import { describe, expect, it } from 'vitest';
import {
  renderAnswer,
  renderDecisionPage,
  renderErasure,
  renderOutcome,
  renderUserExport,
  renderUserSummary,
  renderView,
} from '../../src/app/render.ts';
import { resolutionOf } from '../../src/app/resolution.ts';
import { DecisionAnswer } from '../../src/contracts/http/decision-answer.ts';
import { DecisionViewAnswer } from '../../src/contracts/http/decision-view-answer.ts';
import { OutcomeAnswer } from '../../src/contracts/http/outcome-answer.ts';
import { ErasureAnswer } from '../../src/contracts/http/user-answers.ts';
import { createBodyValidator } from '../../src/contracts/http/validate-body.ts';
import type { JudgedSignal } from '../../src/core/decision.ts';
import type { DecisionRecord, DecisionView } from '../../src/core/record.ts';
import {
  decisionRecord,
  feedbackRecord,
  forgottenDeviceRecord,
  outcomeRecord,
} from '../support/log-records.ts';
import { userSummary } from '../support/user-summary.ts';

const T_ms = Date.parse('2026-11-23T01:28:40.120Z');
const POSITION = T_ms * 1_000;
const challenged = decisionRecord({
  position: POSITION,
  occurredAt_ms: T_ms,
  action: 'challenge',
  eventId: 'login-8f1c',
  signals: 3,
});
const viewOf = (decision: DecisionRecord): DecisionView => ({ decision, outcome: null, feedback: [] });
const EXPIRES_ms = T_ms + 600_000;
const DAY_ms = 86_400_000;

/** Whether an answer is what its schema says, with no field that the schema does not name. */
const misfits = (schema: Parameters<typeof createBodyValidator>[0], answer: unknown) => {
  const result = createBodyValidator(schema)(JSON.parse(JSON.stringify(answer)), { lenient: false });
  return result.ok ? [] : result.errors;
};

describe('renderAnswer', () => {
  it('gives the answer of the documentation, its fields in that order', () => {
    const answer = renderAnswer(challenged, { includeSignals: true, recorded: true, token: 'a.b.c' });
    expect(JSON.stringify(answer, null, 2)).toMatchInlineSnapshot(`
      "{
        "id": "dec_00000000-0000-8000-8000-60e7837f16c0",
        "event_id": "login-8f1c",
        "recorded": true,
        "action": "challenge",
        "risk": {
          "score": 0.039,
          "level": "low",
          "log_odds": -3.2,
          "prior_log_odds": -5.3
        },
        "confidence": "medium",
        "reasons": [
          {
            "code": "device.new_device",
            "message": "why: device.new_device"
          }
        ],
        "signals": [
          {
            "id": "device.signal_0",
            "category": "device",
            "state": "evidence",
            "log_odds": -1.234567,
            "raw_log_odds": -2.234567,
            "details": {
              "distance_km": 6100,
              "speed_kmh": 2440.5,
              "previous": "dec_0"
            }
          },
          {
            "id": "location.signal_1",
            "category": "location",
            "state": "neutral",
            "log_odds": 0,
            "raw_log_odds": 0,
            "details": {
              "seen": true
            }
          },
          {
            "id": "network.signal_2",
            "category": "network",
            "state": "abstain",
            "log_odds": 0,
            "raw_log_odds": 0,
            "details": {
              "why": "no_history"
            }
          }
        ],
        "counterfactuals": null,
        "challenge": {
          "id": "chl_00000000-0000-8000-8000-60e7837f16c0",
          "kind": "second_factor",
          "methods": [
            "webauthn"
          ],
          "acr_values": "phr",
          "expires_at": "2026-11-23T01:38:40.120Z"
        },
        "policy": {
          "id": "default",
          "version": 1,
          "rule": "low_risk",
          "mode": "enforce",
          "would_have": null,
          "thresholds": {
            "medium": 0.05,
            "high": 0.5,
            "block": 0.98
          }
        },
        "learning": "full",
        "degraded": null,
        "warnings": [],
        "versions": {
          "engine": "0.1.0",
          "model": "m1",
          "ip_intelligence": "test"
        },
        "decision_token": "a.b.c"
      }"
    `);
  });

  it('fits its schema, with signals and token and without', () => {
    for (const includeSignals of [true, false]) {
      for (const token of [null, 'a.b.c']) {
        for (const action of ['allow', 'challenge', 'block'] as const) {
          const record = decisionRecord({ position: POSITION, action, degraded: action === 'block' });
          expect(
            misfits(DecisionAnswer, renderAnswer(record, { includeSignals, recorded: false, token })),
          ).toEqual([]);
        }
      }
    }
  });

  it('leaves signals and token out unless asked', () => {
    const answer = renderAnswer(challenged, { includeSignals: false, recorded: true });
    expect(answer).not.toHaveProperty('signals');
    expect(answer).not.toHaveProperty('decision_token');
  });

  it('says why a signal abstained', () => {
    const { signals } = renderAnswer(challenged, { includeSignals: true, recorded: true });
    expect(signals?.filter(({ state }) => state === 'abstain').map(({ details }) => details)).toEqual([
      { why: 'no_history' },
    ]);
  });

  it('says every piece of evidence in words, not the telling ones alone, and nothing for other states', () => {
    const { verdict } = challenged;
    const judged = (id: string, state: 'evidence' | 'neutral'): JudgedSignal => ({
      id,
      category: 'device',
      state,
      logOdds: state === 'evidence' ? 0.6 : 0,
      rawLogOdds: state === 'evidence' ? 0.6 : 0,
      details: { found: 'none', contradictions: 0 },
      why: null,
    });
    const signals = [
      judged('device.header_contradiction', 'evidence'),
      judged('device.header_contradiction', 'neutral'),
      judged('device.of_an_older_version', 'evidence'),
    ];
    const answer = renderAnswer(
      { ...challenged, verdict: { ...verdict, signals } },
      { includeSignals: true, recorded: true },
    );
    expect(answer.signals?.map(({ message }) => message)).toEqual([
      'No browser headers, though logins here normally carry them',
      undefined,
      undefined,
    ]);
    expect(misfits(DecisionAnswer, answer)).toEqual([]);
  });

  it('shows no challenge that was not made: a dry run makes none', () => {
    const dry = { ...challenged, challenge: null };
    expect(renderAnswer(dry, { includeSignals: false, recorded: true })).toMatchObject({
      action: 'challenge',
      challenge: null,
    });
  });

  it('says how long to wait on friction only', () => {
    const friction: DecisionRecord = {
      ...challenged,
      verdict: {
        ...challenged.verdict,
        challenge: { kind: 'friction', methods: ['captcha'], acrValues: null, retryAfter_s: 8 },
      },
    };
    const options = { includeSignals: false, recorded: true };
    expect(renderAnswer(friction, options).challenge).toMatchObject({ kind: 'friction', retry_after_s: 8 });
    expect(renderAnswer(challenged, options).challenge).not.toHaveProperty('retry_after_s');
  });

  it('shows nothing of the event: an answer reaches places that must not know it', () => {
    const text = JSON.stringify(renderAnswer(challenged, { includeSignals: false, recorded: true }));
    for (const value of ['203.0.113.7', 'u_1', 'Mozilla', 'London', 'key_1'])
      expect(text).not.toContain(value);
  });
});

describe('resolutionOf', () => {
  it('is pending until a late report can no longer come, then expired and blocked', () => {
    const view = viewOf(challenged);
    const pending = { resolution: 'pending', finalAction: null };
    expect(resolutionOf(view, T_ms)).toEqual(pending);
    expect(resolutionOf(view, EXPIRES_ms + DAY_ms)).toEqual(pending);
    expect(resolutionOf(view, EXPIRES_ms + DAY_ms + 1)).toEqual({
      resolution: 'expired',
      finalAction: 'block',
    });
  });

  it('is what was reported, for ever', () => {
    for (const resolution of ['passed', 'not_passed'] as const) {
      const view = { ...viewOf(challenged), outcome: outcomeRecord(challenged, POSITION + 1, resolution) };
      const finalAction = resolution === 'passed' ? 'allow' : 'block';
      expect(resolutionOf(view, T_ms)).toEqual({ resolution, finalAction });
      expect(resolutionOf(view, EXPIRES_ms + 100 * DAY_ms)).toEqual({ resolution, finalAction });
    }
  });

  it('without a challenge is the action itself', () => {
    for (const action of ['allow', 'block'] as const) {
      const view = viewOf(decisionRecord({ position: POSITION, action }));
      expect(resolutionOf(view, T_ms)).toEqual({ resolution: null, finalAction: action });
    }
  });

  it('of a dry run that would have challenged is open', () => {
    expect(resolutionOf(viewOf({ ...challenged, challenge: null }), T_ms)).toEqual({
      resolution: null,
      finalAction: null,
    });
  });
});

describe('renderOutcome', () => {
  it('keeps the action and adds what became of it', () => {
    const view = { ...viewOf(challenged), outcome: outcomeRecord(challenged, POSITION + 1) };
    const answer = renderOutcome(view, { includeSignals: false, recorded: true, now_ms: T_ms });
    expect(answer).toMatchObject({ action: 'challenge', resolution: 'passed', final_action: 'allow' });
    expect(misfits(OutcomeAnswer, answer)).toEqual([]);
  });
});

describe('renderView', () => {
  const whole: DecisionView = {
    decision: decisionRecord({
      position: POSITION,
      action: 'challenge',
      sessionKey: 'sk',
      attemptId: 'att-77',
      properties: { plan: 'pro' },
    }),
    outcome: outcomeRecord(challenged, POSITION + 1_000),
    feedback: [feedbackRecord(challenged, POSITION + 2_000)],
  };

  it('is the answer plus event, facts, outcome and feedback, and fits its schema', () => {
    const answer = renderView(whole, T_ms);
    expect(misfits(DecisionViewAnswer, answer)).toEqual([]);
    expect(answer).toMatchObject({
      recorded: true,
      resolution: 'passed',
      final_action: 'allow',
      source: 'risk',
      event: {
        type: 'login',
        status: 'succeeded',
        occurred_at: '2026-11-23T01:28:40.120Z',
        recorded_at: '2026-11-23T01:28:40.120Z',
        attempt_id: 'att-77',
        user: { id: 'u_1' },
        context: { ip: '203.0.113.7', rtt_ms: 38, tls_fingerprint: 't13d1516h2_8daaf6152771' },
        device: { key: 'dk_1234567890abcdefghij', presented: true, bound: false },
        session: { key: 'sk' },
        application: { id: 'web' },
        authentication: { method: 'password', amr: ['pwd'], credential_compromised: false },
        properties: { plan: 'pro' },
      },
      facts: {
        country: 'GB',
        asn: 64_500,
        as_name: 'EXAMPLE-AS',
        network_classes: ['hosting'],
        browser: 'chrome',
      },
      outcome: { status: 'succeeded', method: 'webauthn', attempts: 1 },
      feedback: [{ verdict: 'legitimate', source: 'analyst', actor: { type: 'analyst', id: 'ana' } }],
    });
    expect(answer.signals).toHaveLength(30);
  });

  it('fits its schema when nothing is known', () => {
    const record = decisionRecord({
      position: POSITION,
      userId: null,
      userKey: null,
      country: null,
      asn: null,
      userAgent: null,
      status: 'failed',
    });
    const bare: DecisionView = viewOf({
      ...record,
      event: {
        ...record.event,
        device: null,
        session: null,
        context: { ...record.event.context, headers: null },
      },
    });
    expect(misfits(DecisionViewAnswer, renderView(bare, T_ms))).toEqual([]);
  });

  it('shows no key of a user, no hash of a request and no API key', () => {
    const text = JSON.stringify(renderView(whole, T_ms));
    for (const value of ['uk_u_1', 'key_1', '47DEQpj8HBSa', 'Nn0x3vD1cV5a1mB2oQ6yqA', 'learnable']) {
      expect(text).not.toContain(value);
    }
  });
});

describe('what is read about users', () => {
  const habit = {
    value: 'GB',
    weight: 3,
    first_seen: '2026-01-01T00:00:00.000Z',
    last_seen: '2026-02-01T00:00:00.000Z',
    provisional: false,
  };
  const profile = {
    created_at: '2026-01-01T00:00:00.000Z',
    logins: 3,
    last_login_at: '2026-02-01T00:00:00.000Z',
    last_country: 'GB',
    devices: [],
    countries: [habit],
    places: [],
    networks: [],
    clients: [],
  };

  it('shows level, devices, places, networks and the last decisions', () => {
    const answer = renderUserSummary(
      userSummary({ userId: 'u', riskLevel: 'low', profile, lastDecisions: [viewOf(challenged)] }),
      T_ms,
    );
    expect(answer).toMatchObject({
      user_id: 'u',
      risk_level: 'low',
      profile: { logins: 3 },
      countries: [habit],
      devices: [],
      last_decisions: [{ id: challenged.id, resolution: 'pending' }],
    });
  });

  it('without a profile has empty lists', () => {
    const answer = renderUserSummary(userSummary({ userId: 'u', riskLevel: 'unknown' }), T_ms);
    expect(answer).toMatchObject({
      profile: null,
      devices: [],
      places: [],
      networks: [],
      last_decisions: [],
    });
  });

  it('exports the whole profile and every decision', () => {
    const answer = renderUserExport(
      {
        userId: 'u',
        exportedAt_ms: T_ms,
        profile,
        decisions: [viewOf(challenged)],
        forgottenDevices: [forgottenDeviceRecord('default', 'uk_1', 'd1', T_ms * 1_000)],
      },
      T_ms,
    );
    expect(answer).toMatchObject({
      user_id: 'u',
      exported_at: '2026-11-23T01:28:40.120Z',
      profile,
      decisions: [{ id: challenged.id }],
      forgotten_devices: [
        { device_key: 'd1', forgotten_at: '2026-11-23T01:28:40.120Z', actor: { type: 'analyst', id: null } },
      ],
    });
  });

  it('gives a receipt for an erasure', () => {
    const answer = renderErasure({ id: 'ers_1', erasedAt_ms: T_ms, decisions: 2, profile: true });
    expect(answer).toEqual({
      id: 'ers_1',
      erased_at: '2026-11-23T01:28:40.120Z',
      decisions: 2,
      profile: true,
    });
    expect(misfits(ErasureAnswer, answer)).toEqual([]);
  });

  it('pages with a cursor', () => {
    expect(renderDecisionPage({ data: [viewOf(challenged)], nextCursor: 'c' }, T_ms)).toMatchObject({
      data: [{ id: challenged.id }],
      next_cursor: 'c',
    });
  });
});
