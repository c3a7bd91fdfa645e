import { randomUUID } from 'node:crypto';
import type { ApiClient } from './api-client.ts';

const DAY_MS = 86_400_000;

export const DESKTOP =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
export const PHONE =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36';
/** Homes in Germany and far away, all of them in networks of ordinary providers. */
export const HOME_IP = '84.128.10.20';
export const FAR_IP = '187.20.10.20';
export const FARTHER_IP = '117.200.10.20';

export interface LoginOptions {
  readonly ip?: string;
  readonly userAgent?: string;
  /** Cookie that came; `null`: the field is left out. The user's laptop when absent. */
  readonly device?: string | null;
  readonly at_ms?: number;
  readonly status?: 'succeeded' | 'failed' | 'attempted';
  /** Anything else of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A login of a user who has two second factors, by default at home, on the own laptop, with the right password. */
export function loginOf(userId: string, options: LoginOptions = {}): Record<string, unknown> {
  const { device = laptopOf(userId), at_ms, status } = options;
  return {
    ...(status === undefined ? {} : { status }),
    ...(at_ms === undefined ? {} : { occurred_at: new Date(at_ms).toISOString() }),
    user: {
      id: userId,
      login: `${userId}@example.org`,
      registered_at: '2024-01-01T00:00:00Z',
      challenge_methods: ['webauthn', 'totp'],
    },
    context: { ip: options.ip ?? HOME_IP, user_agent: options.userAgent ?? DESKTOP },
    ...(device === null ? {} : { device: { id: device, presented: true } }),
    application: { id: 'web' },
    authentication: { method: 'password', amr: ['pwd'] },
    ...options.more,
  };
}

export const laptopOf = (userId: string): string => `laptop-of-${userId}-0f3a9c7e5b1d48f2`;

/** One login a day at home on the laptop, up to yesterday. */
export function historyOf(
  userId: string,
  days: number,
  now_ms: number,
  options: LoginOptions = {},
): readonly Record<string, unknown>[] {
  return Array.from({ length: days }, (_, i) =>
    loginOf(userId, { ...options, at_ms: now_ms - (days - i) * DAY_MS }),
  );
}

/** The login of somebody else who has the password: other device, other client, other continent. */
export const stolen = (userId: string, options: LoginOptions = {}): Record<string, unknown> =>
  loginOf(userId, {
    ip: FAR_IP,
    userAgent: PHONE,
    device: 'phone-of-the-thief-77aa0e6f1c2d4b58',
    ...options,
  });

/** A busy disk may take longer than an answer waits: an event is then to be sent again, as its answer says. */
const MOST_SENDS = 5;

/** A user of whom the logins of the last three weeks were imported. Gives the id. */
export async function knownUser(api: ApiClient, userId: string, options: LoginOptions = {}): Promise<string> {
  for (const login of historyOf(userId, 20, Date.now(), options)) {
    const event = { ...login, event_id: randomUUID() };
    for (let sends = 1; ; sends++) {
      const { status, body } = await api.post('/v1/events', event);
      if (status === 202) break;
      if (status !== 503 || sends === MOST_SENDS) {
        throw new Error(`/v1/events: ${status} ${JSON.stringify(body)}`);
      }
    }
  }
  return userId;
}
