import { Packr } from 'msgpackr';
import {
  type ApplicationStats,
  emptyApplicationStats,
  recordApplicationLogin,
} from '../../core/application-stats.ts';
import { type Cell, stepCell } from '../../core/campaign/cell.ts';
import type { Effect } from '../../core/effects.ts';
import {
  countFailure,
  countSuccess,
  countVerdict,
  emptyPopulation,
  type Population,
} from '../../core/model/population.ts';
import { emptySharing, recordSharer, type Sharing } from '../../core/sharing.ts';
import { SHARDS, shardOfPosition } from './keys.ts';

/**
 * What all logins of one tenant have in common. Every login changes it, so it is no key that logins write: a worker
 * folds it from the log, and API nodes hold its last snapshot with what they stored themselves since.
 */
export interface TenantSubjects {
  /** For each shard of the log, the position up to which it is folded in. */
  folded: number[];
  sharing: Sharing | undefined;
  population: Population | undefined;
  /** By subject. */
  applications: Map<string, ApplicationStats>;
  /** Cells of traffic by subject, least recently used first. */
  cells: Map<string, Cell>;
}

/** More applications than this in one tenant are ids that somebody makes up. */
const MAX_APPLICATIONS = 512;
/** Nodes load them all with each snapshot: about 2 MB at most. */
const MAX_CELLS = 4_096;

const packr = new Packr({ useRecords: false, structuredClone: false });

export const emptyTenantSubjects = (): TenantSubjects => ({
  folded: new Array<number>(SHARDS).fill(0),
  sharing: undefined,
  population: undefined,
  applications: new Map(),
  cells: new Map(),
});

const isOfTenant = (subject: string): boolean => subject.endsWith('|t');

/** Whether an effect belongs here and to no entity of its own. */
export const isTenantEffect = (effect: Effect): boolean =>
  effect.kind === 'application' ||
  effect.kind === 'population' ||
  effect.kind === 'cell' ||
  (effect.kind === 'sharer' && isOfTenant(effect.subject));

/** Carries out the effects of one record that belong here, in place; once, if records of a shard come in order. */
export function foldTenantEffects(
  subjects: TenantSubjects,
  effects: readonly Effect[],
  position: number,
): void {
  const shard = shardOfPosition(position);
  if (position <= (subjects.folded[shard] ?? 0)) return;
  subjects.folded[shard] = position;
  for (const effect of effects) {
    if (effect.kind === 'application') {
      recordApplicationLogin(application(subjects, effect.subject), effect.learnable);
    } else if (effect.kind === 'population') {
      const { keys, at_ms, what } = effect;
      subjects.population ??= emptyPopulation(at_ms);
      if (what.of === 'success') countSuccess(subjects.population, keys, at_ms, what.user);
      else if (what.of === 'failure') countFailure(subjects.population, keys, at_ms, what.person);
      else countVerdict(subjects.population, keys, what.decision, what.verdict);
    } else if (effect.kind === 'cell') {
      const before = subjects.cells.get(effect.subject);
      const after = stepCell(before, effect.subject, effect.seen);
      if (before !== undefined) subjects.cells.delete(effect.subject);
      if (after !== undefined) keepCell(subjects.cells, effect.subject, after);
    } else if (effect.kind === 'sharer' && isOfTenant(effect.subject)) {
      subjects.sharing ??= emptySharing();
      recordSharer(subjects.sharing, effect.at_ms, effect.user);
    }
  }
}

function application(subjects: TenantSubjects, subject: string): ApplicationStats {
  const found = subjects.applications.get(subject);
  if (found !== undefined) return found;
  const fresh = emptyApplicationStats();
  if (subjects.applications.size >= MAX_APPLICATIONS) {
    const [oldest] = subjects.applications.keys();
    if (oldest !== undefined) subjects.applications.delete(oldest);
  }
  subjects.applications.set(subject, fresh);
  return fresh;
}

function keepCell(cells: Map<string, Cell>, subject: string, cell: Cell): void {
  if (cells.size >= MAX_CELLS) {
    const [oldest] = cells.keys();
    if (oldest !== undefined) cells.delete(oldest);
  }
  cells.set(subject, cell);
}

export function encodeTenantSubjects(subjects: TenantSubjects): Uint8Array {
  return packr.pack([
    subjects.folded,
    subjects.sharing ?? null,
    subjects.population ?? null,
    [...subjects.applications],
    [...subjects.cells],
  ]);
}

/** `null`: nothing is folded yet. */
export function decodeTenantSubjects(bytes: Buffer | null): TenantSubjects {
  if (bytes === null) return emptyTenantSubjects();
  const [folded, sharing, population, applications, cells] = packr.unpack(bytes) as [
    number[],
    Sharing | null,
    Population | null,
    [string, ApplicationStats][],
    [string, Cell][],
  ];
  return {
    folded,
    sharing: sharing ?? undefined,
    population: population ?? undefined,
    applications: new Map(applications),
    cells: new Map(cells),
  };
}
