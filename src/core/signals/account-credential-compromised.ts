import type { Authentication, LoginEvent } from '../event.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';

const W = WEIGHTS['account.credential_compromised'];

const authenticated =
  (change: Partial<Authentication>) =>
  (base: LoginEvent): LoginEvent => ({ ...base, authentication: { ...base.authentication, ...change } });

/** Methods that present something which can be leaked and used again. */
const REUSABLE: ReadonlySet<string> = new Set(['password', 'recovery_code', 'refresh_token']);

export const accountCredentialCompromised: Signal = {
  id: 'account.credential_compromised',
  category: 'account',
  title: 'Leaked credential',
  description:
    'The caller knows that the credential just presented has leaked (a password in a breach corpus). Whoever ' +
    'presents it proves nothing. Honest people reuse passwords for years, so it asks for a second factor rather ' +
    'than refuse. Not to be judged where nothing reusable was presented.',
  needs: ['authentication.credentialCompromised', 'authentication.method'],
  dependsOnOthers: false,
  judge(event) {
    const { credentialCompromised, method } = event.authentication;
    if (credentialCompromised) return evidence(W.nats);
    // The caller's own methods (`x_…`) and an unnamed one may be passwords.
    if (method === null || method.startsWith('x_') || REUSABLE.has(method)) return neutral();
    return abstain('not_collected');
  },
  explain: () => 'The credential just presented is known to be leaked',
  examples: {
    positive: [
      { name: 'A password from a breach corpus', event: authenticated({ credentialCompromised: true }) },
    ],
    negative: [{ name: 'A password that is not known to be leaked' }],
    abstaining: [{ name: 'A passkey, which cannot leak', event: authenticated({ method: 'webauthn' }) }],
  },
};
