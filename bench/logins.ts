/**
 * Bodies for load: seeded, with as many users, addresses and clients as a mid-sized service has, so that caches and
 * counters meet what they would meet. Returning users on their own device and network, a tenth of failures.
 */
export interface LoadOptions {
  readonly users: number;
  readonly count: number;
  readonly seed: number;
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
] as const;

export function loginBodies(options: LoadOptions): readonly string[] {
  // The same people in every file: the seed only chooses who logs in when.
  const made = mulberry32(20_261_123);
  const madePick = (n: number): number => Math.floor(made() * n);
  const random = mulberry32(options.seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const homes = Array.from({ length: options.users }, () => ({
    ip: `${[81, 91, 24, 92, 109][madePick(5)]}.${madePick(200) + 1}.${madePick(256)}.${madePick(254) + 1}`,
    agent: AGENTS[madePick(AGENTS.length)] ?? AGENTS[0],
    device: `${madePick(2 ** 31).toString(36)}${madePick(2 ** 31).toString(36)}${madePick(2 ** 31).toString(36)}`,
  }));
  return Array.from({ length: options.count }, () => {
    const user = pick(options.users);
    const home = homes[user] ?? { ip: '203.0.113.7', agent: AGENTS[0], device: 'none' };
    return JSON.stringify({
      type: 'login',
      status: random() < 0.1 ? 'failed' : 'succeeded',
      user: {
        id: `u_${user}`,
        login: `user${user}@example.org`,
        registered_at: '2024-01-01T00:00:00Z',
        challenge_methods: ['webauthn', 'totp'],
      },
      context: { ip: home.ip, user_agent: home.agent, headers: { 'accept-language': 'en-GB' }, rtt_ms: 38 },
      device: { id: home.device, presented: true },
      application: { id: 'web' },
      authentication: { method: 'password', amr: ['pwd'] },
    });
  });
}

/** Tommy Ettinger's mulberry32 (public domain): small, seeded, good enough for load. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
