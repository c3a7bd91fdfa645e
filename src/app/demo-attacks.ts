import type { DemoEvent, DemoOptions, DemoUser } from './demo-logins.ts';
import type { DemoRandom } from './demo-random.ts';
import { farAddress, hostingAddress, TOOLS, userAgentOf } from './demo-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Users whom the spray reaches: some hours of it. */
const SPRAYED = 300;

/**
 * What the invented users are up against, at fixed distances from the end, so that every window of the dashboards has
 * something to show. Attacks older than the days asked for are left out.
 */
export function demoAttacks(
  users: readonly DemoUser[],
  options: Pick<DemoOptions, 'end_ms' | 'days'>,
  random: DemoRandom,
): readonly DemoEvent[] {
  const { end_ms, days } = options;
  const events = [
    ...stuffing(users, end_ms - 5 * HOUR_MS, 700, random),
    ...stuffing(users, end_ms - 17 * DAY_MS, 450, random),
    ...spray(users, end_ms - 9 * DAY_MS, random),
    ...hammered(users, end_ms - 2 * DAY_MS, random),
    ...[0.1, 1.3, 4.6, 11.2, 20.5].flatMap((ago_days) => takeover(users, end_ms - ago_days * DAY_MS, random)),
  ];
  return events.filter(({ at_ms }) => at_ms >= end_ms - days * DAY_MS && at_ms < end_ms);
}

/** Credential stuffing: lists of leaked pairs, tried by tools from hosting networks. Few names exist, fewer match. */
function stuffing(
  users: readonly DemoUser[],
  from_ms: number,
  tries: number,
  random: DemoRandom,
): DemoEvent[] {
  const addresses = Array.from({ length: 24 }, () => hostingAddress(random));
  let at_ms = from_ms;
  return Array.from({ length: tries }, () => {
    at_ms += random.integer(300, 6_000);
    const victim = random.chance(0.05) ? someUser(users, random) : undefined;
    const right = victim !== undefined && random.chance(0.12);
    return attempt(random, at_ms, {
      victim,
      login: `${random.hex(8)}@example.net`,
      status: right ? 'succeeded' : 'failed',
      ip: addresses[random.integer(0, addresses.length - 1)] ?? hostingAddress(random),
      userAgent: random.pick(TOOLS),
      cookies: false,
    });
  });
}

/** Password spraying: one common password for everybody, slowly, so that nobody's account is locked. */
function spray(users: readonly DemoUser[], from_ms: number, random: DemoRandom): DemoEvent[] {
  const addresses = Array.from({ length: 6 }, () => farAddress(random));
  return users.slice(0, SPRAYED).map((victim, i) =>
    attempt(random, from_ms + i * 2 * MINUTE_MS + random.integer(0, MINUTE_MS), {
      victim,
      login: victim.login,
      status: i % 70 === 69 ? 'succeeded' : 'failed',
      ip: addresses[i % addresses.length] ?? farAddress(random),
      userAgent: userAgentOf('windows', 'chrome', from_ms, 400),
      cookies: true,
    }),
  );
}

/** One account, one address, a hundred and twenty guesses, and then the right one. */
function hammered(users: readonly DemoUser[], from_ms: number, random: DemoRandom): DemoEvent[] {
  const victim = someUser(users, random);
  if (victim === undefined) return [];
  const ip = farAddress(random);
  return Array.from({ length: 121 }, (_, i) =>
    attempt(random, from_ms + i * 3_100 + random.integer(0, 200), {
      victim,
      login: victim.login,
      status: i === 120 ? 'succeeded' : 'failed',
      ip,
      userAgent: random.pick(TOOLS),
      cookies: false,
    }),
  );
}

/** A phished password, used by hand from far away. */
function takeover(users: readonly DemoUser[], from_ms: number, random: DemoRandom): DemoEvent[] {
  const victim = someUser(users, random);
  if (victim === undefined) return [];
  const ip = random.chance(0.5) ? farAddress(random) : hostingAddress(random);
  const device = random.hex(32);
  return [0, 1].map((i) =>
    attempt(random, from_ms + i * 4 * MINUTE_MS, {
      victim,
      login: victim.login,
      status: 'succeeded',
      ip,
      userAgent: userAgentOf('windows', 'chrome', from_ms, 10),
      cookies: true,
      device,
      compromised: random.chance(0.3),
    }),
  );
}

interface Attempt {
  readonly victim: DemoUser | undefined;
  readonly login: string;
  readonly status: 'succeeded' | 'failed';
  readonly ip: string;
  readonly userAgent: string;
  /** Whether the tool keeps cookies at all. */
  readonly cookies: boolean;
  readonly device?: string;
  readonly compromised?: boolean;
}

function attempt(random: DemoRandom, at_ms: number, how: Attempt): DemoEvent {
  const { victim } = how;
  return {
    at_ms,
    body: {
      event_id: `demo-${random.hex(12)}`,
      status: how.status,
      occurred_at: new Date(at_ms).toISOString(),
      user:
        victim === undefined
          ? { login: how.login }
          : {
              id: victim.id,
              login: victim.login,
              registered_at: new Date(victim.registeredAt_ms).toISOString(),
              challenge_methods: [...victim.methods],
            },
      context: { ip: how.ip, user_agent: how.userAgent, rtt_ms: random.integer(30, 260) },
      device: how.cookies ? { id: how.device ?? random.hex(32), presented: false } : {},
      application: { id: 'web' },
      authentication: {
        method: 'password',
        amr: ['pwd'],
        credential_compromised: how.compromised ?? false,
      },
    },
    onChallenge: random.pick(['failed', 'abandoned', 'denied']),
  };
}

const someUser = (users: readonly DemoUser[], random: DemoRandom): DemoUser | undefined =>
  users[random.integer(0, users.length - 1)];
