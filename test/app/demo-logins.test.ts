import { describe, expect, it } from 'vitest';
import { ndjson } from '../../src/adapters/replay-files/ndjson.ts';
import { type DemoEvent, type DemoOptions, demoLine, demoLogins } from '../../src/app/demo-logins.ts';
import { createReplayer } from '../../src/app/replay.ts';
import { memoryEngine } from '../support/replay.ts';

const END_ms = Date.UTC(2026, 10, 23, 12, 34, 56);
const options: DemoOptions = { users: 60, days: 30, seed: 7, logins: null, end_ms: END_ms };
const all = (overrides: Partial<DemoOptions> = {}): readonly DemoEvent[] => [
  ...demoLogins({ ...options, ...overrides }),
];

describe('demoLogins', () => {
  it('gives the same logins for the same seed and others for another', () => {
    expect(all().map(demoLine)).toEqual(all().map(demoLine));
    expect(all({ seed: 8 }).map(demoLine)).not.toEqual(all().map(demoLine));
  });

  it('comes oldest first, within the days asked for, up to now', () => {
    const times = all().map(({ at_ms }) => at_ms);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(END_ms - 30 * 86_400_000);
    expect(times.at(-1)).toBeLessThan(END_ms);
    expect(times.at(-1)).toBeGreaterThan(END_ms - 86_400_000 / 4);
  });

  it('makes about as many honest logins as asked for', () => {
    const honest = all({ logins: 6_000 }).filter(({ body }) => body.context.headers !== undefined);
    expect(honest.length).toBeGreaterThan(4_500);
    expect(honest.length).toBeLessThan(7_500);
  });

  it('is accepted whole by the engine, lets honest people in and attackers not', async () => {
    const engine = await memoryEngine({ tables: true });
    const counts = { honest: 0, honestStopped: 0, attacks: 0, attacksStopped: 0 };
    let isHonest = true;
    const replayer = createReplayer({
      engine,
      reader: ndjson.open(null),
      onDecision: ({ event, verdict }) => {
        if (event.status !== 'succeeded') return;
        const stopped = verdict.action === 'allow' ? 0 : 1;
        counts[isHonest ? 'honest' : 'attacks'] += 1;
        counts[isHonest ? 'honestStopped' : 'attacksStopped'] += stopped;
      },
    });
    for (const event of all()) {
      isHonest = event.body.context.headers !== undefined;
      expect(replayer.decide(demoLine(event)).problem).toBeNull();
    }
    await engine.close();
    expect(counts.honest).toBeGreaterThan(1_000);
    expect(counts.honestStopped / counts.honest).toBeLessThan(0.02);
    expect(counts.attacks).toBeGreaterThan(8);
    expect(counts.attacksStopped / counts.attacks).toBeGreaterThan(0.8);
  });
});
