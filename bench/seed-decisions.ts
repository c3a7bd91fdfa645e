import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createClickHouse } from '../src/adapters/clickhouse/create-clickhouse.ts';
import { readMigrations } from '../src/adapters/clickhouse/migrate.ts';
import { countsOf, ROLLUPS } from '../src/adapters/clickhouse/rollups.ts';
import { PANELS } from '../src/analytics/panels/index.ts';
import type { IdHasher } from '../src/app/hash-ids.ts';
import { decisionRow } from '../src/contracts/rows/decision-row.ts';
import { outcomeRow } from '../src/contracts/rows/outcome-row.ts';
import { NO_CAMPAIGNS } from '../src/core/campaign/trace.ts';
import type { JudgedSignal } from '../src/core/decision.ts';
import type { DecisionRecord, OutcomeRecord } from '../src/core/record.ts';
import { SIGNALS } from '../src/core/signals/index.ts';

export interface SeedOptions {
  /** Directory of the embedded ClickHouse. */
  readonly path: string;
  /** File that says how far the seeding is: it can stop after any day and go on later. */
  readonly notes: string;
  /** Stops after the day or the rollup in which this much time is over. */
  readonly atMost_ms: number;
  readonly decisions: number;
  readonly users: number;
  readonly days: number;
  readonly hasher: IdHasher;
  readonly progress: (done: number) => void;
}

const DAY_MS = 86_400_000;
/** How long counts by the minute are kept. */
const MINUTE_DAYS = 14;
const TEMPLATES = 1_000;
const LOOK_MS = 2_000;
/** ClickHouse chooses what to merge every few seconds. */
const QUIET_LOOKS = 10;
const SIGNALS_A_DECISION = 25;
const COUNTRIES = [
  'US',
  'GB',
  'DE',
  'FR',
  'NZ',
  'JP',
  'BR',
  'IN',
  'PT',
  'NG',
  'CA',
  'AU',
  'SE',
  'PL',
  'ZA',
  'MX',
];
const BROWSERS = ['chrome', 'safari', 'firefox', 'edge', 'samsung_internet'];
const SYSTEMS = ['windows', 'ios', 'android', 'mac_os', 'linux'];

/**
 * Decisions straight into the tables, with everything that a real one has: a thousand different whole records, each
 * given to other times, users, addresses and devices. Users are skewed (the busiest has some thousandths of all), days
 * have a morning and an evening. A part a day; afterwards ClickHouse merges them as it does by itself, until it leaves
 * them alone. The rollups are filled in the end, each by the SELECT of its own view.
 */
export async function seedDecisions(options: SeedOptions): Promise<SeedNotes> {
  const { decisions, users, days } = options;
  const begin_ms = Date.now();
  const notes = readNotes(options.notes) ?? {
    end_ms: begin_ms,
    days: 0,
    outcomes: false,
    rollups: [],
    spent_ms: 0,
    done: false,
  };
  if (notes.done) return notes;
  const { end_ms } = notes;
  const spent_ms = notes.spent_ms;
  const note = (): void => {
    notes.spent_ms = spent_ms + Date.now() - begin_ms;
    writeFileSync(options.notes, JSON.stringify(notes));
  };
  const isOver = (): boolean => Date.now() - begin_ms > options.atMost_ms;
  const clickhouse = createClickHouse({
    connection: { kind: 'embedded', path: options.path },
    panels: PANELS,
    clock: Date.now,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const { database, analytics } = clickhouse;
  try {
    await analytics.migrate();
    await database.command('DROP TABLE IF EXISTS seed_templates');
    await database.command('DROP TABLE IF EXISTS seed_users');
    await database.command('CREATE TABLE seed_templates AS decisions ENGINE = Memory');
    const templates = Array.from({ length: TEMPLATES }, (_, i) => template(i));
    await database.insert(
      'seed_templates',
      decisionRow.columns,
      templates.map((record) => decisionRow.toRow(record, 'seed')),
    );
    await database.command(
      'CREATE TABLE seed_users (idx UInt32, user_id String, user_key String) ENGINE = Memory',
    );
    const keys = Array.from({ length: users }, (_, i) =>
      JSON.stringify([i, userId(i), options.hasher.hash('user', 'default', userId(i))]),
    );
    for (let i = 0; i < keys.length; i += 20_000) {
      await database.insert('seed_users', ['idx', 'user_id', 'user_key'], keys.slice(i, i + 20_000));
    }
    for (const { table } of ROLLUPS) await database.command(`DROP VIEW IF EXISTS ${table}_mv`);
    await database.command('SYSTEM STOP MERGES decisions');
    const aDay = Math.ceil(decisions / days);
    while (notes.days < days && !isOver()) {
      const day = notes.days;
      const from_ms = end_ms - (days - day) * DAY_MS;
      await database.command(insertOfADay(), {
        first: day * aDay,
        rows: Math.min(aDay, decisions - day * aDay),
        from: from_ms,
        users,
      });
      notes.days++;
      note();
      options.progress((0.8 * notes.days) / days);
    }
    if (!notes.outcomes && notes.days === days && !isOver()) {
      await seedOutcomes(database);
      notes.outcomes = true;
      note();
    }
    const views = readMigrations()
      .flatMap(({ statements }) => statements)
      .filter((statement) => statement.startsWith('CREATE MATERIALIZED VIEW'));
    for (const view of views) await database.command(view);
    for (const rollup of ROLLUPS) {
      if (!notes.outcomes || notes.rollups.includes(rollup.table) || isOver()) continue;
      const counts = await countsOf(database, rollup);
      const columns = [...counts.keys, ...counts.sums, ...counts.states].join(', ');
      const at = rollup.raw === 'outcomes' ? 'decision_at' : 'occurred_at';
      const kept =
        rollup.resolution === 'minute' ? `${at} >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')` : 'true';
      await database.command(
        `INSERT INTO ${rollup.table} (${columns}) SELECT ${columns} FROM (${counts.over(kept)})`,
        rollup.resolution === 'minute' ? { from: end_ms - MINUTE_DAYS * DAY_MS } : {},
      );
      notes.rollups.push(rollup.table);
      note();
      options.progress(0.8 + (0.2 * notes.rollups.length) / ROLLUPS.length);
    }
    await database.command('DROP TABLE seed_templates');
    await database.command('DROP TABLE seed_users');
    if (notes.rollups.length === ROLLUPS.length) {
      await database.command('SYSTEM START MERGES decisions');
      notes.done = await isLeftAlone(database, isOver);
    }
    note();
    return notes;
  } finally {
    await clickhouse.close();
  }
}

/** Whether nothing was merged for a while before the time was over. */
async function isLeftAlone(
  database: ReturnType<typeof createClickHouse>['database'],
  isOver: () => boolean,
): Promise<boolean> {
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    if (isOver()) return false;
    await wait(LOOK_MS);
    const [merges] = await database.query<{ n: number }>('read', 'SELECT count() AS n FROM system.merges');
    quiet = merges?.n === 0 ? quiet + 1 : 0;
  }
  return true;
}

export const userId = (idx: number): string => `u_${String(idx).padStart(6, '0')}`;

/** What is new about each decision; everything else is its template's. */
const OVERRIDES: Readonly<Record<string, string>> = {
  occurred_at: "fromUnixTimestamp64Milli(at_ms, 'UTC')",
  recorded_at: "fromUnixTimestamp64Milli(at_ms, 'UTC')",
  challenge_expires_at:
    "if(t.challenge_id = '', fromUnixTimestamp64Milli(toInt64(0), 'UTC'), fromUnixTimestamp64Milli(at_ms + 600000, 'UTC'))",
  position: 'toUInt64(at_ms * 1000 + (n.number % 1000))',
  id: 'uuid',
  event_id: "concat('e', toString(n.number))",
  user_id: 'u.user_id',
  user_key: 'u.user_key',
  ip: "concat('198.', toString(18 + person % 2), '.', toString(intDiv(person, 256) % 256), '.', toString(if(h2 % 10 < 7, person % 256, h2 % 256)))",
  network: "concat('198.', toString(18 + person % 2), '.', toString(intDiv(person, 256) % 256), '.0/24')",
  device_key: 'hex(sipHash128(person, if(h2 % 20 = 0, h2 % 4, 0)))',
  record: 'replaceOne(t.record, t.id, uuid)',
};

function insertOfADay(): string {
  const columns = decisionRow.columns.filter((name) => name !== 'batch_id');
  const values = columns.map((name) => `${OVERRIDES[name] ?? `t.\`${name}\``} AS \`${name}\``);
  // Quoted by itself each column keeps its dots: signals are nested.
  return `INSERT INTO decisions (${columns.map((name) => `\`${name}\``).join(', ')})
SELECT ${values.join(',\n')}
FROM (
    SELECT number, cityHash64(number, 1) AS h1, cityHash64(number, 2) AS h2,
        toUInt32(pow(cityHash64(number, 3) / 18446744073709551616., 2) * {users:UInt32}) AS person,
        toInt64({from:Int64} + 86400000 * (0.5 + 0.5 * (2 * (h1 / 18446744073709551616.) - 1)
            * (0.6 + 0.4 * abs(2 * (h1 / 18446744073709551616.) - 1)))) AS at_ms,
        concat('dec_', toString(reinterpretAsUUID(sipHash128(number)))) AS uuid,
        h2 % ${TEMPLATES} AS template
    FROM numbers({first:UInt64}, {rows:UInt64})
) AS n
INNER JOIN seed_users AS u ON u.idx = n.person
INNER JOIN seed_templates AS t ON t.position = n.template
SETTINGS max_insert_block_size = 200000, min_insert_block_size_rows = 200000, min_insert_block_size_bytes = 4000000000,
max_block_size = 20000, max_threads = 2`;
}

/** An outcome for nine of ten challenges, most of them passed. */
async function seedOutcomes(database: ReturnType<typeof createClickHouse>['database']): Promise<void> {
  const sample: OutcomeRecord = {
    kind: 'outcome',
    position: 1,
    tenant: 'default',
    decisionId: 'dec_template',
    status: 'succeeded',
    method: 'totp',
    attempts: 1,
    occurredAt_ms: 0,
    recordedAt_ms: 0,
    resolution: 'passed',
    finalAction: 'allow',
    userKey: null,
    decisionOccurredAt_ms: 0,
  };
  const [json = ''] = [outcomeRow.toRow(sample, 'seed')];
  const record = (JSON.parse(json) as unknown[])[outcomeRow.columns.indexOf('record')];
  await database.command(
    `INSERT INTO outcomes (tenant, decision_id, position, recorded_at, decision_at, occurred_at, user_key, status, method,
attempts, resolution, final_action, record)
SELECT tenant, id, position + 1, recorded_at, occurred_at, occurred_at, user_key,
if(cityHash64(id) % 10 < 8, 'succeeded', 'failed') AS status, 'totp', 1, if(status = 'succeeded', 'passed', 'not_passed'),
if(status = 'succeeded', 'allow', 'block'), replaceOne({record:String}, 'dec_template', id)
FROM decisions WHERE action = 'challenge' AND cityHash64(id, 7) % 10 != 0`,
    { record: JSON.stringify(record) },
  );
}

/** A whole record; a quarter of a hundred signals say something in each. */
function template(i: number): DecisionRecord {
  const challenged = i % 67 === 3;
  const blocked = i % 1_000 === 500;
  const action = blocked ? 'block' : challenged ? 'challenge' : 'allow';
  const logOdds = blocked ? 4 : challenged ? -1 + (i % 5) : -9 + (i % 23) / 4;
  const score = 1 / (1 + Math.exp(-logOdds));
  const country = COUNTRIES[Math.floor((i / TEMPLATES) ** 2 * COUNTRIES.length)] ?? 'US';
  const travelled = challenged && i % 2 === 1;
  return {
    kind: 'decision',
    position: i,
    id: `dec_00000000-0000-8000-8000-${i.toString(16).padStart(12, '0')}`,
    tenant: 'default',
    source: 'risk',
    event: {
      tenant: 'default',
      eventId: null,
      attemptId: null,
      type: i % 50 === 0 ? 'password_reset' : 'login',
      status: i % 17 === 5 ? 'failed' : 'succeeded',
      occurredAt_ms: 0,
      recordedAt_ms: 0,
      user: { id: 'u', key: 'k', loginKey: null, registeredAt_ms: 0, challengeMethods: ['totp'] },
      context: {
        ip: '198.18.0.1',
        userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/${100 + (i % 40)}.0.0.0 Safari/537.36`,
        headers: { 'accept-language': 'en-GB,en;q=0.5' },
        rtt_ms: 20 + (i % 100),
        tlsFingerprint: null,
      },
      device: { key: 'd', presented: true, fingerprintKey: null, bound: false },
      session: null,
      applicationId: i % 3 === 0 ? 'mobile' : 'web',
      authentication: {
        method: 'password',
        amr: ['pwd'],
        acr: null,
        idp: null,
        credentialCompromised: false,
      },
      properties: null,
      disposition: null,
    },
    facts: {
      country,
      region: 'R',
      city: `City ${i % 200}`,
      latitude: (i % 120) - 60,
      longitude: (i % 340) - 170,
      accuracy_km: 20,
      asn: 64_000 + Math.floor((i / TEMPLATES) ** 3 * 400),
      as_name: `Example network ${Math.floor((i / TEMPLATES) ** 3 * 400)}`,
      address_kind: 'public',
      network: '198.18.0.0/24',
      network_classes: i % 11 === 0 ? ['hosting'] : [],
      blocklists: [],
      browser: BROWSERS[i % BROWSERS.length] ?? null,
      browser_major: 100 + (i % 40),
      os: SYSTEMS[(i >> 3) % SYSTEMS.length] ?? null,
      os_version: null,
      device_type: i % 3 === 0 ? 'mobile' : 'desktop',
      automation: null,
      profile_logins: i % 300,
      address_users: 1,
    },
    verdict: {
      priorLogOdds: -5.3,
      logOdds,
      score,
      level: score >= 0.5 ? 'high' : score >= 0.05 ? 'medium' : 'low',
      confidence: 'medium',
      action,
      enforced: action,
      wouldHave: null,
      rule: 'seed',
      reasons: SIGNALS.slice(i % 20, (i % 20) + 1 + (i % 4)).map(({ id }) => ({
        code: id,
        message: `As ${id} says`,
      })),
      signals: signals(i, travelled),
      challenge: challenged
        ? { kind: 'second_factor', methods: ['totp'], acrValues: null, retryAfter_s: null }
        : null,
      learning: 'full',
      degraded: null,
    },
    challenge: challenged ? { id: `chl_${i}`, expiresAt_ms: 600_000 } : null,
    policy: {
      id: 'default',
      version: 1,
      mode: 'enforce',
      thresholds: { medium: 0.05, high: 0.5, block: 0.98 },
    },
    warnings: [],
    versions: { engine: '0.1.0', model: 'm1', ipIntelligence: '2026-06-17' },
    requestHash: null,
    apiKeyId: 'key_seed',
    idempotency: null,
    supersedes: null,
    learnable: {
      features: {
        address: 1,
        network: 2,
        as: 3,
        country: 4,
        place: 5,
        device: 6,
        client: 7,
        browser: 8,
        os: 9,
        tls: null,
        hour: 10,
      },
      placeless: false,
      carries: { device: true, userAgent: true, rtt: true, headers: true, tlsFingerprint: true },
      bound: false,
      rtt_ms: 30,
      population: true,
    },
    campaigns: NO_CAMPAIGNS,
  };
}

function signals(i: number, travelled: boolean): JudgedSignal[] {
  return SIGNALS.slice(0, SIGNALS_A_DECISION).map(({ id, category }, index): JudgedSignal => {
    const share = Math.round(Math.sin(i * 31 + index) * 2e6) / 1e6;
    const details = id === 'location.impossible_travel' ? { previous_country: 'CA', distance_km: 9_000 } : {};
    const says = id === 'location.impossible_travel' ? travelled : index % 5 !== 4;
    return says
      ? { id, category, state: 'evidence', logOdds: share, rawLogOdds: share * 1.4, details, why: null }
      : { id, category, state: 'abstain', logOdds: 0, rawLogOdds: 0, details: {}, why: 'no_history' };
  });
}

/** How far a seeding is; `spent_ms` over all its runs. */
export interface SeedNotes {
  readonly end_ms: number;
  days: number;
  outcomes: boolean;
  readonly rollups: string[];
  spent_ms: number;
  done: boolean;
}

function readNotes(file: string): SeedNotes | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SeedNotes) : null;
}
