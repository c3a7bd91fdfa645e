import { describe, expect, it } from 'vitest';
import { type Cell, liveCampaign, type Observation, stepCell } from '../../../src/core/campaign/cell.ts';
import { countDistinct } from '../../../src/core/campaign/distinct.ts';
import { accountsTried } from '../../../src/core/campaign/trace.ts';
import { hash32 } from '../../../src/core/hash.ts';
import { seeded } from '../fixtures.ts';

const T = Date.UTC(2026, 2, 2, 9);
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SUBJECT = 'default|k|a64500|chrome';

const seen = (at_ms: number, person: string, changes: Partial<Observation> = {}): Observation => ({
  at_ms,
  failed: true,
  accepted: false,
  vouched: false,
  people: [hash32(person)],
  network: '203.0.113.0/24',
  joins: null,
  ...changes,
});
const gotIn: Partial<Observation> = { failed: false, accepted: true };

const fold = (events: readonly Observation[], from?: Cell): Cell | undefined =>
  events.reduce<Cell | undefined>((cell, event) => stepCell(cell, SUBJECT, event), from);

/** Stuffing: `n` accounts, each tried once, at a steady pace. */
const attack = (from_ms: number, n: number, gap_ms = 12 * SECOND): readonly Observation[] =>
  Array.from({ length: n }, (_, i) => seen(from_ms + i * gap_ms, `victim ${from_ms} ${i}`));

describe('a cell', () => {
  it('is made by failures only', () => {
    expect(stepCell(undefined, SUBJECT, seen(T, 'a', gotIn))).toBeUndefined();
    expect(stepCell(undefined, SUBJECT, seen(T, 'a', { vouched: true }))).toBeUndefined();
    expect(stepCell(undefined, SUBJECT, seen(T, 'a'))).toBeDefined();
  });

  it('raises a campaign within ten tries at five accounts a minute, dated to the first of them', () => {
    const cell = fold(attack(T, 10));
    const campaign = liveCampaign(cell, T + 2 * MINUTE);
    expect(campaign).not.toBeNull();
    expect(campaign?.started_ms).toBe(T);
    expect(campaign?.attempts).toBe(10);
    expect(countDistinct(campaign?.users ?? [])).toBe(10);
  });

  it('says of no campaign that it tried more accounts than it made tries', () => {
    let over = 0;
    let cell: Cell | undefined;
    for (const event of attack(T, 400, SECOND)) {
      cell = stepCell(cell, SUBJECT, event);
      const campaign = liveCampaign(cell, event.at_ms);
      if (campaign === null) continue;
      if (countDistinct(campaign.users) > campaign.attempts) over += 1;
      expect(accountsTried(campaign)).toBeLessThanOrEqual(campaign.attempts);
    }
    // The estimate by itself does, now and then.
    expect(over).toBeGreaterThan(0);
  });

  it('stays quiet when one person fails a hundred times: that is another signal’s business', () => {
    const cell = fold(Array.from({ length: 100 }, (_, i) => seen(T + i * 5 * SECOND, 'forgetful')));
    expect(cell?.campaign).toBeNull();
  });

  it('stays quiet when people fail on their own devices or where they are known', () => {
    const expiryDay = attack(T, 200, SECOND).map((event) => ({ ...event, vouched: true }));
    expect(fold([seen(T - HOUR, 'somebody'), ...expiryDay])?.campaign).toBeNull();
  });

  it('takes back what it counted for people who get in after all', () => {
    const events = Array.from({ length: 60 }, (_, i) => [
      seen(T + i * 20 * SECOND, `late ${i}`),
      seen(T + i * 20 * SECOND + 10 * SECOND, `late ${i}`, gotIn),
    ]).flat();
    expect(fold(events)?.campaign).toBeNull();
  });

  it('learns a busy cell, and its mornings by the logins that get in', () => {
    const random = seeded(5);
    const events: Observation[] = [];
    for (let minute = 0; minute < 3 * 1_440; minute++) {
      const day = (minute % 1_440) / 60;
      const rate = day > 7 && day < 19 ? 1.2 : 0.1;
      for (let i = 0; random() < rate / (1 + rate) && i < 8; i++) {
        events.push(seen(T + minute * MINUTE + i, `p ${minute} ${i}`));
      }
      for (let i = 0; i < Math.round(rate * 8); i++) {
        events.push(seen(T + minute * MINUTE + 100 + i, `ok ${minute} ${i}`, gotIn));
      }
    }
    expect(fold(events)?.campaign).toBeNull();
  });

  it('keeps a campaign until the statistic has fallen, and finds it again when it comes back', () => {
    const cell = fold(attack(T, 30));
    const first = cell?.campaign;
    const last_ms = T + 29 * 12 * SECOND;
    expect(liveCampaign(cell, last_ms + 9 * MINUTE)?.id).toBe(first?.id);
    expect(liveCampaign(cell, last_ms + 4 * HOUR + MINUTE)).toBeNull();
    const ended_ms = first?.ends_ms ?? 0;
    const oneMore = fold([seen(ended_ms + MINUTE, 'honest')], cell);
    expect(liveCampaign(oneMore, ended_ms + MINUTE)).toBeNull();
    const again = fold(attack(ended_ms + HOUR, 15), oneMore);
    expect(again?.campaign?.id).toBe(first?.id);
    expect(again?.campaign?.attempts).toBe(45);
    const nextWeek = fold(attack(ended_ms + 7 * DAY, 15), cell);
    expect(nextWeek?.campaign?.id).not.toBe(first?.id);
  });

  it('takes as usual what has gone on for days', () => {
    const cell = fold(attack(T, 9 * 1_440 * 2, 30 * SECOND));
    expect(liveCampaign(cell, T + 9 * DAY)).toBeNull();
  });

  it('counts who gets in during a campaign, but not the users that it knows', () => {
    const during = T + 5 * MINUTE;
    const cell = fold([
      ...attack(T, 25),
      seen(during, 'taken over', gotIn),
      seen(during, 'owner', { ...gotIn, vouched: true }),
    ]);
    expect(cell?.campaign?.successes).toBe(1);
  });

  it('joins the campaign that another cell of the same event has', () => {
    const joined = attack(T, 12).map((event) => ({ ...event, joins: 'cmp_other' }));
    expect(fold(joined)?.campaign?.id).toBe('cmp_other');
  });
});

describe('time in a cell', () => {
  it('lets late events neither raise an alarm nor move one', () => {
    const quiet = fold([seen(T, 'a')]);
    const late = fold(attack(T - 6 * HOUR, 3), quiet);
    expect(late?.statistic).toEqual(quiet?.statistic);
    const live = fold(attack(T, 20));
    const after = fold([seen(T - 3 * HOUR, 'late')], live);
    expect(after?.campaign).toEqual(live?.campaign);
  });

  it('counts a late event in the campaign that went on at its time', () => {
    const live = fold([...attack(T, 100)]);
    const after = fold([seen(T + 2 * MINUTE, 'late victim')], live);
    expect(after?.campaign?.attempts).toBe(101);
    expect(after?.campaign?.last_ms).toBe(live?.campaign?.last_ms);
  });

  it('reads a late batch at its own pace when nothing else comes', () => {
    const quiet = fold([seen(T, 'a')]);
    const slowHistory = Array.from({ length: 40 }, (_, i) => seen(T - DAY + i * 30 * MINUTE, `h ${i}`));
    expect(fold(slowHistory, quiet)?.campaign).toBeNull();
    const fastHistory = attack(T - DAY, 30);
    expect(fold(fastHistory, quiet)?.campaign?.started_ms).toBeLessThan(T - DAY + 3 * MINUTE);
  });

  it('keeps an alarm through a clock that jumps ahead and back', () => {
    const live = fold(attack(T, 20));
    const end_ms = T + 19 * 12 * SECOND;
    const jumped = fold(
      [seen(end_ms + 5 * HOUR, 'future', gotIn), seen(end_ms + 5 * HOUR, 'future 2')],
      live,
    );
    expect(liveCampaign(jumped, end_ms + MINUTE)?.id).toBe(live?.campaign?.id);
    const back = fold(attack(end_ms + 2 * MINUTE, 20), jumped);
    expect(liveCampaign(back, end_ms + 6 * MINUTE)?.id).toBe(live?.campaign?.id);
  });

  it('finds an attack as soon after a clock that jumped ahead, met one there and came back', () => {
    const quiet = Array.from({ length: 48 }, (_, hour) => seen(T + hour * HOUR, `usual ${hour}`));
    const now_ms = T + 48 * HOUR;
    const jumped = fold([...quiet, ...attack(now_ms + 12 * HOUR, 50)]);
    expect(jumped?.campaign).not.toBeNull();
    const back = Array.from({ length: 12 }, (_, i) => seen(now_ms + i * 5 * MINUTE, 'one who mistypes'));
    const tries = attack(now_ms + HOUR, 20);
    const cell = fold([...back, ...tries], jumped);
    expect(liveCampaign(cell, tries.at(-1)?.at_ms ?? 0)?.started_ms).toBeGreaterThanOrEqual(now_ms);
  });

  it('raises none when the clock of ordinary traffic jumps back and forth', () => {
    const random = seeded(3);
    const events: Observation[] = [];
    for (let minute = 0; minute < 2_880; minute++) {
      const jump = minute % 700 > 600 ? -3 * HOUR : minute % 900 > 850 ? 30 * MINUTE : 0;
      const at_ms = T + minute * MINUTE + jump;
      if (random() < 0.2) events.push(seen(at_ms, `p ${minute}`));
      for (let i = 0; i < 2; i++) events.push(seen(at_ms + i, `ok ${minute} ${i}`, gotIn));
    }
    expect(fold(events)?.campaign).toBeNull();
  });

  it('survives what no clock shows', () => {
    const cell = fold([seen(0, 'a'), seen(8.64e15, 'b'), ...attack(T, 12)]);
    expect(JSON.stringify(cell)).not.toContain('null,null');
    for (const value of cell?.statistic ?? []) expect(Number.isFinite(value)).toBe(true);
    expect(Number.isFinite(cell?.background.learned.failures ?? Number.NaN)).toBe(true);
  });
});

describe('what a cell holds', () => {
  it('is bounded whatever comes', () => {
    const random = seeded(9);
    let cell: Cell | undefined;
    let largest = 0;
    for (let i = 0; i < 20_000; i++) {
      cell = stepCell(
        cell,
        SUBJECT,
        seen(T + i * 300 + Math.floor(random() * 400_000), `p ${i}`, { network: `198.51.${i % 256}.0/24` }),
      );
      if (i % 500 === 0) largest = Math.max(largest, JSON.stringify(cell).length);
    }
    expect(largest).toBeLessThan(4_096);
    expect(cell?.people.length).toBeLessThanOrEqual(32);
  });

  it('goes on with what the release before stored: its campaign, and what the cell was used to', () => {
    const live = fold(attack(T, 20));
    if (live === undefined) throw new Error('unreachable');
    const background = {
      ...{ failures: 30, recovered: 70, exposure_min: 1_200, basis: 900, accepted: 900 },
      ...{ acceptedExposure_min: 1_200, recent: 20, recentExposure_min: 30, pending: 1, pendingBasis: 8 },
      ...{ bin: Math.floor(T / (10 * MINUTE)), binCount: 1, binAccepted: 5, excess: 3, squares: 20 },
      ...{ pendingExcess: 0, pendingSquares: 0 },
    };
    const stored: Cell = JSON.parse(JSON.stringify({ ...live, format: 2, background }));
    const after = fold([seen(T + 5 * MINUTE, 'next')], stored);
    expect(liveCampaign(after, T + 5 * MINUTE)?.attempts).toBe(21);
    expect(after?.background.learned.failures).toBe(30);
    expect(fold(attack(T + 6 * MINUTE, 3), after)?.campaign?.id).toBe(live.campaign?.id);
  });

  it('begins anew where an earlier release stored another shape', () => {
    const live = fold(attack(T, 20));
    if (live === undefined) throw new Error('unreachable');
    const { format: _, ...older } = live;
    const after = stepCell(older as Cell, SUBJECT, seen(T + 5 * MINUTE, 'next'));
    expect(after).toEqual(stepCell(undefined, SUBJECT, seen(T + 5 * MINUTE, 'next')));
  });

  it('learns nothing of a rise that turns out to be an attack', () => {
    const honest = Array.from({ length: 40 }, (_, i) => seen(T + i * 30 * MINUTE, `h ${i}`));
    const before = fold(honest);
    const end_ms = T + 40 * 30 * MINUTE;
    const after = fold(attack(end_ms, 60), before);
    expect(liveCampaign(after, end_ms + 10 * MINUTE)).not.toBeNull();
    expect(after?.background.learned.failures).toBeLessThanOrEqual(
      (before?.background.learned.failures ?? 0) + 2,
    );
    expect(after?.background.rise.failures).toBe(0);
  });

  it('neither learns nor forgets while a campaign goes on for two days', () => {
    const honest = Array.from({ length: 40 }, (_, i) => seen(T + i * 30 * MINUTE, `h ${i}`));
    const began_ms = T + 20 * HOUR;
    const alarmed = fold(attack(began_ms, 60), fold(honest));
    const after = fold(attack(began_ms + 720 * SECOND, 2 * 1_440, MINUTE), alarmed);
    expect(liveCampaign(after, began_ms + 48 * HOUR)?.started_ms).toBe(alarmed?.campaign?.started_ms);
    expect(after?.background.learned).toEqual(alarmed?.background.learned);
  });

  it('is plain data: stored and read back it goes on the same', () => {
    const random = seeded(21);
    let a: Cell | undefined;
    let b: Cell | undefined;
    for (let i = 0; i < 800; i++) {
      const event = seen(
        T + i * 9 * SECOND + Math.floor(random() * MINUTE),
        `p ${Math.floor(random() * 90)}`,
        {
          ...(random() < 0.3 ? gotIn : {}),
          vouched: random() < 0.1,
        },
      );
      a = stepCell(a, SUBJECT, event);
      b = stepCell(b, SUBJECT, event);
      if (i % 50 === 0 && b !== undefined) b = JSON.parse(JSON.stringify(b)) as Cell;
    }
    expect(b).toEqual(a);
  });
});
