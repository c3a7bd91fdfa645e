import type { DecisionAnswer } from '../contracts/http/decision-answer.ts';

/** A challenged login, as the API document shows it. */
export const DECISION_EXAMPLE: DecisionAnswer = {
  id: 'dec_0199f3a1-2c5d-7e11-9a61-5d0f6f2f4b1c',
  event_id: 'login-8f1c',
  recorded: true,
  action: 'challenge',
  risk: { score: 0.668188, level: 'high', log_odds: 0.7, prior_log_odds: -5.3 },
  confidence: 'medium',
  reasons: [
    {
      code: 'location.impossible_travel',
      message: '6,100 km from the last login in 2.5 h (2,440 km/h)',
    },
  ],
  challenge: {
    id: 'chl_0199f3a1-2c5d-7e11-9a61-5d0f6f2f4b1c',
    kind: 'second_factor',
    methods: ['webauthn', 'totp'],
    acr_values: null,
    expires_at: '2026-11-23T01:38:40.120Z',
  },
  policy: {
    id: 'default',
    version: 1,
    rule: 'high_risk',
    mode: 'enforce',
    would_have: null,
    thresholds: { medium: 0.05, high: 0.5, block: 0.98 },
  },
  learning: 'none',
  degraded: null,
  warnings: [],
  versions: { engine: '1.0.0', model: 'm3', ip_intelligence: '2026-06-17' },
};
