import { describe, expect, it } from 'vitest';
import {
  emptyActivity,
  failureCounts,
  MAX_NETWORKS,
  MAX_USERS,
  networkCounts,
  recordFailure,
  recordNetwork,
} from '../../src/core/activity.ts';

const T = Date.UTC(2026, 10, 23, 12, 0, 0);
const MINUTE = 60_000;
const HOUR = 3_600_000;
const NOBODY = { failed: false, user: null } as const;

describe('activity', () => {
  it('counts the event being judged, which is not recorded yet', () => {
    expect(failureCounts(undefined, T, { failed: true, user: 7 })).toMatchObject({
      failures_10m: 1,
      failures_1h: 1,
      failures_24h: 1,
      failedUsers_1h: 1,
    });
    expect(failureCounts(undefined, T, NOBODY).failures_24h).toBe(0);
  });

  it('keeps a failure in the ten-minute, hour and day windows and no longer', () => {
    const activity = emptyActivity();
    recordFailure(activity, T, 1, 1);
    expect(failureCounts(activity, T + 9 * MINUTE, NOBODY).failures_10m).toBe(1);
    expect(failureCounts(activity, T + 11 * MINUTE, NOBODY)).toMatchObject({
      failures_10m: 0,
      failures_1h: 1,
    });
    expect(failureCounts(activity, T + 2 * HOUR, NOBODY)).toMatchObject({ failures_1h: 0, failures_24h: 1 });
    expect(failureCounts(activity, T + 25 * HOUR, NOBODY).failures_24h).toBe(0);
  });

  it('still knows the failures of the day after hours of further failures', () => {
    const activity = emptyActivity();
    for (let minute = 0; minute < 12 * 60; minute++) recordFailure(activity, T + minute * MINUTE, minute, 1);
    const counts = failureCounts(activity, T + 12 * HOUR, NOBODY);
    expect(counts.failures_24h).toBe(720);
    expect(counts.failures_1h).toBe(59);
    expect(activity.minutes.length).toBeLessThanOrEqual(122);
    expect(activity.hours.length).toBeLessThanOrEqual(26);
  });

  it('shows a late event only what had happened up to its own time', () => {
    const activity = emptyActivity();
    recordFailure(activity, T, 1, 1);
    recordFailure(activity, T + 30 * MINUTE, 2, 1);
    expect(failureCounts(activity, T + 5 * MINUTE, NOBODY)).toMatchObject({
      failures_1h: 1,
      failedUsers_1h: 1,
    });
  });

  it('puts a late failure into the window in which it happened', () => {
    const activity = emptyActivity();
    recordFailure(activity, T + 5 * HOUR, 1, 1);
    recordFailure(activity, T, 2, 1);
    expect(failureCounts(activity, T + 5 * HOUR, NOBODY)).toMatchObject({ failures_1h: 1, failures_24h: 2 });
    expect(failureCounts(activity, T + 10 * MINUTE, NOBODY).failures_1h).toBe(1);
  });

  it('takes a failure back when its attempt succeeded after all, and never below zero', () => {
    const activity = emptyActivity();
    recordFailure(activity, T, 1, 1);
    recordFailure(activity, T, 1, -1);
    recordFailure(activity, T, 1, -1);
    expect(failureCounts(activity, T, NOBODY).failures_24h).toBe(0);
  });

  it('holds a bounded number of users and networks whatever is invented', () => {
    const activity = emptyActivity();
    for (let i = 0; i < 10_000; i++) {
      recordFailure(activity, T + i, i, 1);
      recordNetwork(activity, T + i, i);
    }
    expect(activity.users.length).toBe(MAX_USERS);
    expect(activity.networks.length).toBe(MAX_NETWORKS);
    expect(networkCounts(activity, T + 10_000, 1).hour).toBeGreaterThanOrEqual(MAX_NETWORKS);
  });

  it('counts each user and each network once', () => {
    const activity = emptyActivity();
    for (let i = 0; i < 5; i++) {
      recordFailure(activity, T + i * 1000, 42, 1);
      recordNetwork(activity, T + i * 1000, 9);
    }
    expect(failureCounts(activity, T + MINUTE, { failed: true, user: 42 }).failedUsers_1h).toBe(1);
    expect(networkCounts(activity, T + MINUTE, 9)).toEqual({ hour: 1, day: 1 });
  });

  it('recognises a machine by its even gaps and keeps what it saw for an hour', () => {
    const activity = emptyActivity();
    for (let i = 0; i < 20; i++) recordFailure(activity, T + i * 3_000, 1, 1);
    const end = T + 19 * 3_000;
    expect(failureCounts(activity, end, NOBODY).regularGaps_1h).toBe(18);
    recordFailure(activity, end + 17_000, 1, 1);
    expect(failureCounts(activity, end + 17_000, NOBODY).regularGaps_1h).toBe(18);
    expect(failureCounts(activity, end + 2 * HOUR, NOBODY).regularGaps_1h).toBe(0);
  });

  it('does not take a person for a machine', () => {
    const activity = emptyActivity();
    let at = T;
    for (const gap of [4_100, 9_800, 3_300, 15_200, 6_700, 2_900, 11_400, 5_000]) {
      at += gap;
      recordFailure(activity, at, 1, 1);
    }
    expect(failureCounts(activity, at, NOBODY).regularGaps_1h).toBeLessThanOrEqual(1);
  });

  it('does not read a cadence from many lines with one time stamp', () => {
    const activity = emptyActivity();
    for (let i = 0; i < 50; i++) recordFailure(activity, T, 1, 1);
    expect(failureCounts(activity, T, NOBODY).regularGaps_1h).toBe(0);
  });
});
