import type { RiskRequest } from '../../../src/contracts/http/risk-request.ts';
import type { WorldParameters } from './parameters.ts';
import type { Person } from './people.ts';

/** One attempt before the application's habits decide what of it is sent. */
export interface Attempt {
  readonly at_ms: number;
  readonly status: 'succeeded' | 'failed';
  readonly type?: 'session';
  /** Who is named; `null`: nobody who exists, but `typed`. */
  readonly person: Pick<Person, 'id' | 'login' | 'registeredAt_ms' | 'methods'> | null;
  readonly typed?: string;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly tlsFingerprint: string;
  readonly rtt_ms: number;
  readonly device: { readonly id: string; readonly presented: boolean; readonly bound: boolean };
}

/** The body of `/v1/risk` that an application with these habits sends. */
export function bodyOf(attempt: Attempt, collects: WorldParameters['collects']): RiskRequest {
  const { person, device } = attempt;
  return {
    ...(attempt.type === undefined ? {} : { type: attempt.type }),
    status: attempt.status,
    occurred_at: new Date(attempt.at_ms).toISOString(),
    user:
      person === null
        ? { login: attempt.typed ?? 'unknown' }
        : {
            id: person.id,
            login: person.login,
            ...(collects.registeredAt
              ? { registered_at: new Date(person.registeredAt_ms).toISOString() }
              : {}),
            ...(person.methods === null ? {} : { challenge_methods: [...person.methods] }),
          },
    context: {
      ip: attempt.ip,
      ...(attempt.userAgent === null ? {} : { user_agent: attempt.userAgent }),
      ...(collects.headers && attempt.headers !== null ? { headers: { ...attempt.headers } } : {}),
      ...(collects.rtt ? { rtt_ms: attempt.rtt_ms } : {}),
      ...(collects.tls ? { tls_fingerprint: attempt.tlsFingerprint } : {}),
    },
    ...(collects.device
      ? {
          device: {
            id: device.id,
            ...(collects.presented ? { presented: device.presented } : {}),
            ...(collects.bound ? { bound: device.bound } : {}),
          },
        }
      : {}),
    application: { id: 'web' },
    authentication: { method: 'password', amr: ['pwd'] },
  };
}
