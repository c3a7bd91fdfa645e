/** The body of the API's documentation: every field that `/v1/risk` knows, set. */
export function loginBody() {
  return {
    event_id: 'login-8f1c',
    attempt_id: 'att-77',
    type: 'login',
    status: 'succeeded',
    occurred_at: '2026-11-23T01:28:40.120Z',
    user: {
      id: 'u_42',
      login: 'ada@example.org',
      email: 'ada@example.org',
      registered_at: '2024-01-01T00:00:00Z',
      challenge_methods: ['webauthn', 'totp'],
    },
    context: {
      ip: '203.0.113.7',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      headers: { 'accept-language': 'en-GB' },
      rtt_ms: 38,
      tls_fingerprint: 't13d1516h2_8daaf6152771',
    },
    device: { id: 'first-party-cookie-id', presented: true, fingerprint: 'f1', bound: false },
    session: {
      id: 's_9',
      created_at: '2026-11-23T01:28:40+00:00',
      authenticated_at: '2026-11-23T02:28:40+01:00',
    },
    application: { id: 'web' },
    authentication: {
      method: 'password',
      amr: ['pwd'],
      acr: null,
      idp: null,
      credential_compromised: false,
    },
    properties: {},
  };
}
