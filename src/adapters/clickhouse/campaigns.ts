import type { CellKind } from '../../core/campaign/cells.ts';
import type { CampaignKind } from '../../core/campaign/trace.ts';
import { cellLabel } from '../../core/signals/support/cell-label.ts';
import type { Analytics, Campaign, CampaignCell } from '../../ports/analytics.ts';
import { InvalidCursor } from '../../ports/analytics-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { ANALYST_LIMITS, type Database, type Parameters } from './database.ts';

const MAX_PAGE = 200;
/** An attack from everywhere raises a cell in each of a thousand networks: the largest tell enough. */
const CELLS_A_CAMPAIGN = 20;
const MINUTE_MS = 60_000;

interface CellRow {
  readonly campaign_id: string;
  readonly kind: CampaignKind;
  readonly started_ms: number;
  readonly detected_ms: number;
  readonly last_ms: number;
  readonly ends_ms: number;
  readonly attempts: number;
  readonly users: number;
  readonly successes: number;
  readonly usual_per_min: number;
  readonly cell: CellKind;
  readonly asn: number;
  readonly as_name: string;
  readonly client: string;
  readonly tls_fingerprint: string;
  readonly network: string;
  readonly networks: readonly string[];
  readonly network_attempts: readonly number[];
}

interface Place {
  readonly started_ms: number;
  readonly id: string;
}

/** Campaigns, newest start first: of each cell its newest row, and of these the largest speaks for the campaign. */
export function createCampaignReads(database: Database, clock: Clock): Pick<Analytics, 'campaigns'> {
  return {
    async campaigns(tenant, filter, limit, cursor) {
      const size = Math.min(Math.max(1, Math.trunc(limit)), MAX_PAGE);
      const conditions = ['tenant = {tenant:String}'];
      const having: string[] = [];
      const parameters: Record<string, Parameters[string]> = { tenant, size: size + 1, now: clock() };
      if (filter.from_ms !== undefined) {
        conditions.push(`last_seen_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')`);
        parameters.from = Math.trunc(filter.from_ms);
      }
      if (filter.to_ms !== undefined) {
        conditions.push(`started_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`);
        parameters.to = Math.trunc(filter.to_ms);
      }
      if (filter.state !== undefined) {
        having.push(
          `max(ends_at) ${filter.state === 'live' ? '>' : '<='} fromUnixTimestamp64Milli({now:Int64}, 'UTC')`,
        );
      }
      if (filter.kind !== undefined) {
        having.push('argMax(kind, (attempts, position)) = {kind:String}');
        parameters.kind = filter.kind;
      }
      if (cursor !== null) {
        const { started_ms, id } = readCursor(cursor);
        having.push('(started_ms, campaign_id) < ({started:Int64}, {id:String})');
        parameters.started = started_ms;
        parameters.id = id;
      }
      const places = await database.query<{ campaign_id: string; started_ms: number }>(
        'read',
        `SELECT campaign_id, toUnixTimestamp64Milli(min(started_at)) AS started_ms FROM campaigns
WHERE ${conditions.join(' AND ')} GROUP BY campaign_id
${having.length === 0 ? '' : `HAVING ${having.join(' AND ')}`}
ORDER BY started_ms DESC, campaign_id DESC LIMIT {size:UInt32}`,
        parameters,
        ANALYST_LIMITS,
      );
      const page = places.slice(0, size);
      const cells = await cellsOf(
        tenant,
        page.map(({ campaign_id }) => campaign_id),
      );
      const last = page.at(-1);
      return {
        data: page.flatMap(({ campaign_id }) => {
          const campaign = campaignOf(campaign_id, cells.get(campaign_id) ?? [], parameters.now as number);
          return campaign === null ? [] : [campaign];
        }),
        nextCursor:
          places.length > size && last !== undefined
            ? writeCursor({ started_ms: last.started_ms, id: last.campaign_id })
            : null,
      };
    },
  };

  async function cellsOf(tenant: string, ids: readonly string[]): Promise<Map<string, CellRow[]>> {
    const byCampaign = new Map<string, CellRow[]>();
    if (ids.length === 0) return byCampaign;
    const rows = await database.query<CellRow>(
      'read',
      `SELECT * FROM (
SELECT campaign_id, kind, toUnixTimestamp64Milli(started_at) AS started_ms,
toUnixTimestamp64Milli(detected_at) AS detected_ms, toUnixTimestamp64Milli(last_seen_at) AS last_ms,
toUnixTimestamp64Milli(ends_at) AS ends_ms, attempts, users, successes, usual_per_min, cell, asn, as_name, client,
tls_fingerprint, network, networks, network_attempts
FROM campaigns WHERE tenant = {tenant:String} AND campaign_id IN {ids:Array(String)}
ORDER BY position DESC LIMIT 1 BY campaign_id, cell_key)
ORDER BY campaign_id, attempts DESC, detected_ms, cell LIMIT ${CELLS_A_CAMPAIGN} BY campaign_id`,
      { tenant, ids },
      ANALYST_LIMITS,
    );
    for (const row of rows) {
      const found = byCampaign.get(row.campaign_id);
      if (found === undefined) byCampaign.set(row.campaign_id, [row]);
      else found.push(row);
    }
    return byCampaign;
  }
}

function campaignOf(id: string, rows: readonly CellRow[], now_ms: number): Campaign | null {
  const [largest] = rows;
  if (largest === undefined) return null;
  const least = (of: (row: CellRow) => number): number => Math.min(...rows.map(of));
  const most = (of: (row: CellRow) => number): number => Math.max(...rows.map(of));
  const started_ms = least((row) => row.started_ms);
  const lastSeen_ms = most((row) => row.last_ms);
  const ends_ms = most((row) => row.ends_ms);
  return {
    id,
    kind: largest.kind,
    started_ms,
    detected_ms: least((row) => row.detected_ms),
    lastSeen_ms,
    ended_ms: ends_ms <= now_ms ? ends_ms : null,
    attempts: largest.attempts,
    users: largest.users,
    successes: most((row) => row.successes),
    rate_per_min: largest.attempts / Math.max(1, (largest.last_ms - largest.started_ms) / MINUTE_MS),
    usualRate_per_min: largest.usual_per_min,
    cells: rows.map(cellOf),
    networks: largest.networks
      .map((network, i) => ({ network, attempts: largest.network_attempts[i] ?? 0 }))
      .toSorted((a, b) => b.attempts - a.attempts),
  };
}

function cellOf(row: CellRow): CampaignCell {
  const parts = {
    asn: row.cell === 'as' ? row.asn : null,
    as_name: row.as_name === '' ? null : row.as_name,
    client: row.client === '' ? null : row.client,
    tls_fingerprint: row.cell === 'tls' ? row.tls_fingerprint : null,
    network: row.cell === 'network' ? row.network : null,
  };
  return {
    kind: row.cell,
    label: cellLabel(row.cell, parts),
    ...parts,
    attempts: row.attempts,
    users: row.users,
  };
}

const writeCursor = ({ started_ms, id }: Place): string =>
  Buffer.from(`${started_ms}.${id}`, 'latin1').toString('base64url');

function readCursor(cursor: string): Place {
  const [, started, id] =
    /^(\d{1,15})\.(cmp_[0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (started === undefined || id === undefined) throw new InvalidCursor();
  const place = { started_ms: Number(started), id };
  if (writeCursor(place) !== cursor) throw new InvalidCursor();
  return place;
}
