import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { unverified } from './examples.ts';

const W = WEIGHTS['account.right_credential'];

export const accountRightCredential: Signal = {
  id: 'account.right_credential',
  category: 'account',
  title: 'Right credential',
  description:
    'The first factor was verified, and most who know a password are its owner. It says the same of every verified ' +
    'login: it carries the constant of the calibration, so that the score is still exactly the sum of its parts. An ' +
    'attempt that is not verified has no such excuse.',
  needs: ['status', 'type', 'authentication.credentialCompromised'],
  dependsOnOthers: false,
  judge(event) {
    if (event.status !== 'succeeded') return abstain('not_verified');
    const proves = event.type !== 'registration' && !event.authentication.credentialCompromised;
    return proves ? evidence(-W.nats) : neutral();
  },
  explain: () => 'The first factor was right',
  examples: {
    positive: [{ name: 'A verified login (trust, the same for all)' }],
    negative: [
      {
        name: 'A leaked password, which proves nothing',
        event: (base) => ({
          ...base,
          authentication: { ...base.authentication, credentialCompromised: true },
        }),
      },
      { name: 'A registration, which nothing proves', event: (base) => ({ ...base, type: 'registration' }) },
    ],
    abstaining: [{ name: 'The password is not checked yet', event: unverified }],
  },
};
