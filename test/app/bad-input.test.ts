import { describe, expect, it } from 'vitest';
import { replay } from '../support/replay.ts';

const START_ms = Date.UTC(2026, 10, 23, 6);
const MINUTE_MS = 60_000;

/** A login of one of sixty users, each with a browser of their own. */
function login(minute: number, user: number, ip: string): string {
  return JSON.stringify({
    event_id: `e${minute}`,
    occurred_at: new Date(START_ms + minute * MINUTE_MS).toISOString(),
    user: { id: `u${user}` },
    context: {
      ip,
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    },
    device: { id: `a-cookie-of-enough-random-bits-${user}`, presented: true },
  });
}

const PROXY = '81.2.69.142';

describe('all users behind one address', () => {
  it('are seen to come through a proxy: the address says nothing, for or against, and nobody is challenged', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => login(i, i % 60, PROXY));
    const { answers } = await replay(`${lines.join('\n')}\n`);
    expect(answers.every(({ action }) => action === 'allow')).toBe(true);
    const last = answers.at(-1);
    const byAddress =
      last?.signals.filter(({ category }) => category === 'network' || category === 'location') ?? [];
    expect(byAddress.length).toBeGreaterThan(5);
    for (const { state, details } of byAddress) {
      expect(state).toBe('abstain');
      expect(details).toMatchObject({ why: 'shared_proxy' });
    }
  });

  it('are not believed to, when there are only ten of them: an office may be all of a tenant', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => login(i, i % 10, PROXY));
    const { answers } = await replay(`${lines.join('\n')}\n`);
    const why = answers.at(-1)?.signals.map(({ details }) => details?.why) ?? [];
    expect(why).not.toContain('shared_proxy');
  });
});
