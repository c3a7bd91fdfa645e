import { familiarity } from '../core/familiarity.ts';
import { mergeFeedback, standingVerdict } from '../core/feedback.ts';
import { countryOfKey, placeLatitude, placeLongitude } from '../core/geo.ts';
import { hash32 } from '../core/hash.ts';
import type { Habit, HabitKind, Profile } from '../core/profile.ts';
import type { DecisionView, ErasureRecord, ForgottenDeviceRecord } from '../core/record.ts';
import type { Analytics } from '../ports/analytics.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { decisionRowOf } from '../ports/decision-row.ts';
import { LogConflict } from '../ports/log-errors.ts';
import type { RiskState } from '../ports/risk-state.ts';
import { AppError } from './errors.ts';
import type { Gatehouse, UserHabit, UserSummary } from './gatehouse.ts';
import type { ParkedRowsUseCase } from './parked-rows.ts';

export interface UserDependencies {
  readonly state: RiskState;
  readonly log: DecisionLog;
  readonly clock: Clock;
  readonly analytics: Analytics;
  /** Resolves when analytics holds everything about a user that is durable now. */
  readonly caughtUp: (userKey: string) => Promise<void>;
  /** Removes rows of the user that analytics refused; the number of decisions among them. */
  readonly eraseParked: ParkedRowsUseCase['erase'];
  /** The keyed hash of a user id. */
  readonly userKeyOf: (tenant: string, userId: string) => string;
  readonly uuidAt: (position: number) => string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const LAST_DECISIONS = 20;
/** Two screens and more; the list of decisions has the rest. Each lies in another place and is read with 255 neighbours. */
const TIMELINE = 50;
const ACTIVITY_MS = 90 * DAY_MS;
/** Events may come from clocks that are ahead by this much. */
const SKEW_MS = 300_000;
/** Other processes may store something of the same part of the log first. */
const MAX_TRIES = 5;

/** Looking at, handing out, correcting and erasing what is held about one user. */
export function createUsers(
  dependencies: UserDependencies,
): Pick<Gatehouse, 'lookupUser' | 'exportUser' | 'forgetDevice' | 'eraseUser'> {
  const { state, log, clock, analytics, caughtUp, eraseParked, userKeyOf, uuidAt } = dependencies;

  const annotated = async (view: DecisionView): Promise<DecisionView> => {
    const { outcome, feedback } = await state.annotations(view.decision.id);
    return {
      decision: view.decision,
      outcome: outcome ?? view.outcome,
      feedback: mergeFeedback(view.feedback, feedback),
    };
  };

  return {
    async lookupUser(tenant, userId) {
      const userKey = userKeyOf(tenant, userId);
      const profile = await state.profile(tenant, userKey);
      const now_ms = clock();
      const window = { from_ms: now_ms - ACTIVITY_MS, to_ms: now_ms + SKEW_MS };
      const [page, activity] = await Promise.all([
        analytics.search(tenant, { userKey }, TIMELINE, null),
        analytics.userActivity(tenant, userKey, window),
      ]);
      if (profile === null && page.data.length === 0) {
        throw new AppError('not_found', 'Nothing is known about this user.');
      }
      const lastDecisions = await Promise.all(page.data.slice(0, LAST_DECISIONS).map(annotated));
      return {
        userId,
        riskLevel: riskLevel(lastDecisions, now_ms),
        profile: summarize(profile, now_ms),
        lastDecisions,
        window,
        activity,
        deviceStatus: new Map(
          activity.devices.map(({ device_key }) => [device_key, deviceStatus(profile, device_key, now_ms)]),
        ),
        timeline: page.data.map(({ decision, outcome, feedback }) =>
          decisionRowOf(decision, { outcome, feedback }),
        ),
      };
    },

    async exportUser(tenant, userId) {
      const userKey = userKeyOf(tenant, userId);
      await caughtUp(userKey);
      const decisions: DecisionView[] = [];
      for await (const view of analytics.history(tenant, userKey)) decisions.push(await annotated(view));
      const profile = await state.profile(tenant, userKey);
      if (profile === null && decisions.length === 0) {
        throw new AppError('not_found', 'Nothing is known about this user.');
      }
      return {
        userId,
        exportedAt_ms: clock(),
        profile: summarize(profile, clock()),
        decisions,
        forgottenDevices: await analytics.forgottenDevices(tenant, userKey),
      };
    },

    async forgetDevice({ tenant, userId, deviceKey, actor, note }) {
      const userKey = userKeyOf(tenant, userId);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const profile = await state.profile(tenant, userKey);
        if (profile === null && (await analytics.count(tenant, { userKey })) === 0) {
          throw new AppError('not_found', 'Nothing is known about this user.');
        }
        // Recorded also when the profile does not know it now: a verdict that is taken back must not bring it again.
        const record: ForgottenDeviceRecord = {
          kind: 'forgotten_device',
          position: log.nextPosition(userKey),
          tenant,
          userKey,
          deviceKey,
          actor,
          note,
          recordedAt_ms: clock(),
        };
        state.apply(record);
        try {
          await log.append(record);
        } catch (cause) {
          state.withdraw(record);
          if (cause instanceof LogConflict) continue;
          throw new AppError('storage_unavailable', 'The device could not be forgotten; send it again.', {
            cause,
          });
        }
        return { forgotten: deviceStatus(profile, deviceKey, record.recordedAt_ms) !== 'unknown' };
      }
      throw new AppError(
        'storage_unavailable',
        'The user logs in too fast to be changed now; send it again.',
      );
    },

    async eraseUser(tenant, userId) {
      const userKey = userKeyOf(tenant, userId);
      const hadProfile = (await state.profile(tenant, userKey)) !== null;
      await caughtUp(userKey);
      const ids: string[] = [];
      const loginKeys = new Set<string>();
      for await (const { decision } of analytics.history(tenant, userKey)) {
        ids.push(decision.id);
        if (decision.event.user.loginKey !== null) loginKeys.add(decision.event.user.loginKey);
      }
      const position = log.nextPosition(userKey);
      const record: ErasureRecord = {
        kind: 'erasure',
        position,
        tenant,
        receiptId: `ers_${uuidAt(position)}`,
        userKey,
        recordedAt_ms: clock(),
      };
      state.apply(record);
      try {
        await log.append(record);
      } catch (cause) {
        throw new AppError('storage_unavailable', 'The erasure could not be stored; send it again.', {
          cause,
        });
      }
      // The tombstone stands. The sink erases in its turn, after everything that was on its way; what came in between
      // the two looks is erased here.
      await caughtUp(userKey);
      const late = await analytics.erase(tenant, userKey);
      const parked = await eraseParked(tenant, userKey, position, [...loginKeys]);
      await log.erase(tenant, userKey);
      await state.forget(ids);
      return {
        id: record.receiptId,
        erasedAt_ms: record.recordedAt_ms,
        decisions: ids.length + late + parked,
        profile: hadProfile,
      };
    },
  };
}

/** What an analyst should think of the user now: the worst of the last week that nobody has cleared. */
function riskLevel(views: readonly DecisionView[], now_ms: number): UserSummary['riskLevel'] {
  const recent = views.filter((view) => view.decision.event.occurredAt_ms > now_ms - 7 * DAY_MS);
  if (views.some((view) => standingVerdict(view.feedback)?.verdict === 'compromised')) return 'high';
  if (recent.length === 0) return 'unknown';
  let worst: UserSummary['riskLevel'] = 'low';
  for (const view of recent) {
    const cleared = view.outcome?.finalAction === 'allow' || standingVerdict(view.feedback) !== null;
    if (cleared || view.decision.verdict.level === 'low') continue;
    if (view.decision.verdict.level === 'high') return 'high';
    worst = 'medium';
  }
  return worst;
}

function summarize(profile: Profile | null, now_ms: number): UserSummary['profile'] {
  if (profile === null) return null;
  const list = (kind: HabitKind, nameOf: (key: number) => string): readonly UserHabit[] =>
    profile.habits[kind]
      .map((habit) => describe(profile, kind, habit, nameOf(habit.key), now_ms))
      .toSorted((a, b) => b.weight - a.weight);
  return {
    created_at: new Date(profile.createdAt_h * HOUR_MS).toISOString(),
    logins: profile.logins,
    last_login_at: profile.last === null ? null : new Date(profile.last.at_ms).toISOString(),
    last_country: profile.last?.country ?? null,
    devices: list('devices', hex),
    countries: list('countries', countryOfKey),
    places: list('places', (key) => `${placeLatitude(key).toFixed(2)}, ${placeLongitude(key).toFixed(2)}`),
    networks: list('ases', (key) => `AS${key}`),
    clients: list('clients', hex),
  };
}

function describe(profile: Profile, kind: HabitKind, habit: Habit, value: string, now_ms: number): UserHabit {
  const known = familiarity(profile, kind, habit.key, now_ms);
  return {
    value,
    weight: Math.round(known.weight * 100) / 100,
    first_seen: new Date(habit.firstSeen_h * HOUR_MS).toISOString(),
    last_seen: new Date(habit.lastSeen_h * HOUR_MS).toISOString(),
    provisional: known.seen === 'provisional',
  };
}

/** What the profile holds of a device: it vouches for the user, it was only seen, or nothing. */
function deviceStatus(
  profile: Profile | null,
  deviceKey: string,
  now_ms: number,
): 'trusted' | 'provisional' | 'unknown' {
  if (profile === null) return 'unknown';
  const { seen } = familiarity(profile, 'devices', hash32(deviceKey), now_ms);
  return seen === 'established' ? 'trusted' : seen === 'provisional' ? 'provisional' : 'unknown';
}

const hex = (key: number): string => key.toString(16).padStart(8, '0');
