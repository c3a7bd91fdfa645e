import type { Action } from '../core/decision.ts';
import type { EventStatus } from '../core/event.ts';
import type { OnDecision } from './replay.ts';

/** How many events of one kind got which action. */
export interface TallyRow {
  /** What the labels of the data set call the events; `null`: all of them. */
  readonly label: string | null;
  /** `null`: whatever their status. */
  readonly status: EventStatus | null;
  readonly allow: number;
  readonly challenge: number;
  readonly block: number;
}

export interface ReplayTally {
  readonly count: OnDecision;
  /** All events first, then each status, then each label and its statuses. Dry runs are counted too. */
  rows(): readonly TallyRow[];
}

const STATUSES: readonly EventStatus[] = ['succeeded', 'failed', 'attempted'];

/** Counts actions for the summary of a replay. */
export function createReplayTally(): ReplayTally {
  const counts = new Map<string | null, Map<EventStatus, Record<Action, number>>>();
  const add = (label: string | null, status: EventStatus, action: Action): void => {
    let statuses = counts.get(label);
    if (statuses === undefined) {
      statuses = new Map();
      counts.set(label, statuses);
    }
    let actions = statuses.get(status);
    if (actions === undefined) {
      actions = { allow: 0, challenge: 0, block: 0 };
      statuses.set(status, actions);
    }
    actions[action] += 1;
  };
  return {
    count({ event, verdict }, _outcome, label) {
      add(null, event.status, verdict.action);
      if (label !== null) add(label, event.status, verdict.action);
    },
    rows() {
      const rows: TallyRow[] = [];
      for (const [label, statuses] of counts) {
        const all = { allow: 0, challenge: 0, block: 0 };
        const parts: TallyRow[] = [];
        for (const status of STATUSES) {
          const actions = statuses.get(status);
          if (actions === undefined) continue;
          parts.push({ label, status, ...actions });
          all.allow += actions.allow;
          all.challenge += actions.challenge;
          all.block += actions.block;
        }
        rows.push({ label, status: null, ...all }, ...(parts.length > 1 || label !== null ? parts : []));
      }
      return rows;
    },
  };
}
