import { expect, test } from 'vitest';
import type { JobHandlers, JobRunner } from '../../src/ports/job-runner.ts';

/** Jobs of the contract: one that is asked for, one that comes again. */
export const TEST_JOBS = {
  greet: {
    parse: (data: unknown) => data as { readonly name: string },
    attempts: 3,
    backoff_ms: 10,
    concurrency: 2,
    idOf: ({ name }: { readonly name: string }) => name,
    every_ms: null,
  },
  tick: {
    parse: (data: unknown) => data as Record<string, never>,
    attempts: 1,
    backoff_ms: 1,
    concurrency: 1,
    idOf: () => 'tick',
    every_ms: 100,
  },
  later: {
    parse: (data: unknown) => data as Record<string, never>,
    attempts: 1,
    backoff_ms: 1,
    concurrency: 1,
    idOf: () => 'later',
    every_ms: null,
    delay_ms: 400,
  },
} as const;
export type TestJobs = typeof TEST_JOBS;

export interface RunnerUnderTest {
  readonly runner: JobRunner<TestJobs>;
  /** Ends it as a kill would: nothing is said to anybody, what runs is never heard of again. */
  kill(): void;
}

/** What every `JobRunner` promises. `store`: a new one, whose opener is called once for each process. */
export function jobRunnerContract(
  name: string,
  store: () => Promise<(handlers: JobHandlers<TestJobs>) => Promise<RunnerUnderTest>>,
): void {
  const nothing: JobHandlers<TestJobs> = {
    greet: async () => {},
    tick: async () => {},
    later: async () => {},
  };
  const WAIT = { timeout: 20_000 };

  test(`${name}: a job runs with what it was given, and is gone when it is done`, async () => {
    const open = await store();
    const seen: string[] = [];
    const { runner } = await open({ ...nothing, greet: async (data) => void seen.push(data.name) });
    await runner.add('greet', { name: 'ada' });
    await runner.add('greet', { name: 'bob' });
    await expect.poll(() => seen.toSorted(), WAIT).toEqual(['ada', 'bob']);
    await expect
      .poll(async () => (await runner.counts()).greet, WAIT)
      .toMatchObject({ waiting: 0, failed: 0 });
  });

  test(`${name}: a job that fails is tried as often as it may be, then stays to be seen, and runs again when it is sent again`, async () => {
    const open = await store();
    let tries = 0;
    let mended = false;
    const { runner } = await open({
      ...nothing,
      async greet() {
        tries += 1;
        if (!mended) throw new Error('not today');
      },
    });
    await runner.add('greet', { name: 'ada' });
    await expect
      .poll(() => runner.failed(10), WAIT)
      .toEqual([{ job: 'greet', id: 'ada', attempts: 3, reason: 'not today' }]);
    expect(tries).toBe(3);
    expect((await runner.counts()).greet).toMatchObject({ waiting: 0, failed: 1, failures: 3 });
    mended = true;
    expect(await runner.resend('greet', 'nobody')).toBe(false);
    expect(await runner.resend('greet', 'ada')).toBe(true);
    await expect
      .poll(async () => (await runner.counts()).greet, WAIT)
      .toMatchObject({ waiting: 0, failed: 0 });
    expect(tries).toBe(4);
  });

  test(`${name}: two jobs with one id are one until it is done; then it may come again`, async () => {
    const open = await store();
    let runs = 0;
    let finish: () => void = () => undefined;
    const { runner } = await open({
      ...nothing,
      async greet() {
        runs += 1;
        if (runs === 1) {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }
      },
    });
    await runner.add('greet', { name: 'ada' });
    await expect.poll(() => runs, WAIT).toBe(1);
    await runner.add('greet', { name: 'ada' });
    finish();
    await expect.poll(async () => (await runner.counts()).greet?.waiting, WAIT).toBe(0);
    expect(runs).toBe(1);
    await runner.add('greet', { name: 'ada' });
    await expect.poll(() => runs, WAIT).toBe(2);
  });

  test(`${name}: a job under way when its process is killed runs again in another one`, async () => {
    const open = await store();
    let begun = 0;
    const dying = await open({
      ...nothing,
      greet: () => {
        begun += 1;
        return new Promise(() => undefined);
      },
    });
    await dying.runner.add('greet', { name: 'ada' });
    await expect.poll(() => begun, WAIT).toBe(1);
    dying.kill();
    const seen: string[] = [];
    await open({ ...nothing, greet: async (data) => void seen.push(data.name) });
    await expect.poll(() => seen, WAIT).toEqual(['ada']);
  });

  test(`${name}: a job that comes again comes again, and is one although it was scheduled twice`, async () => {
    const open = await store();
    let ticks = 0;
    const { runner } = await open({
      ...nothing,
      async tick() {
        ticks += 1;
      },
    });
    await runner.schedule('tick', {});
    await runner.schedule('tick', {});
    await expect.poll(() => ticks, WAIT).toBeGreaterThanOrEqual(3);
    // While one is at work the next already waits; two schedules would never have less than two.
    await expect.poll(async () => (await runner.counts()).tick?.waiting, WAIT).toBeLessThanOrEqual(1);
    await expect(runner.schedule('greet', { name: 'ada' })).rejects.toThrow('does not come again');
  });

  test(`${name}: a job that comes again keeps the pace that it is given, and comes no more when it is unscheduled`, async () => {
    const open = await store();
    let ticks = 0;
    const { runner } = await open({
      ...nothing,
      async tick() {
        ticks += 1;
      },
    });
    await runner.schedule('tick', {}, 60_000);
    await expect.poll(() => ticks, WAIT).toBe(1);
    await runner.schedule('tick', {}, 50);
    await expect.poll(() => ticks, WAIT).toBeGreaterThanOrEqual(3);
    await runner.unschedule('tick');
    await expect.poll(async () => (await runner.counts()).tick?.waiting, WAIT).toBe(0);
    const then = ticks;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ticks).toBe(then);
  });

  test(`${name}: a job begins after its delay, and how long due jobs wait is told`, async () => {
    const open = await store();
    const seen: number[] = [];
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { runner } = await open({
      ...nothing,
      greet: () => held,
      async later() {
        seen.push(performance.now());
      },
    });
    const added_ms = performance.now();
    await runner.add('later', {});
    expect((await runner.counts()).later).toMatchObject({ waiting: 1, lag_ms: 0 });
    await expect.poll(() => seen.length, WAIT).toBe(1);
    expect((seen[0] ?? 0) - added_ms).toBeGreaterThanOrEqual(390);
    // Two run at a time.
    for (const person of ['ada', 'bob', 'eve']) await runner.add('greet', { name: person });
    await expect.poll(async () => (await runner.counts()).greet?.lag_ms, WAIT).toBeGreaterThan(100);
    finish();
    await expect
      .poll(async () => (await runner.counts()).greet, WAIT)
      .toMatchObject({ waiting: 0, lag_ms: 0 });
  });
}
