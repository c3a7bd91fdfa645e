import { quoted, text } from './quote.ts';

/**
 * The schema on a cluster. Every table of ours becomes two: `<name>_local`, replicated, on every server, and `<name>`,
 * distributed over them by tenant, under which the adapter reads and inserts as on one server. All rows of a tenant
 * stand on one shard, so a mutation finds what its conditions speak of, and a view counts what was inserted beside it.
 */
export interface Cluster {
  readonly name: string;
  readonly database: string;
}

const CREATE_TABLE = /^CREATE TABLE IF NOT EXISTS (\w+)\s*\(/;
const CREATE_VIEW = /^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS\s/;
const ALTER = /^ALTER TABLE (\w+)\s+(ADD COLUMN|DROP COLUMN|MODIFY COLUMN|COMMENT COLUMN)?/;
const DROP = /^DROP (TABLE|VIEW) IF EXISTS (\w+)$/;
/** How a column is packed is the local table's alone. */
const CODEC = / CODEC\((?:[^()]|\([^()]*\))*\)/g;
const ENGINE = /\bENGINE = (\w*MergeTree)\b/;

export const localName = (table: string): string => `${table}_local`;

/**
 * A statement of a migration as the statements that do the same on a cluster.
 * @throws TypeError for a kind of statement that nobody has thought about on clusters yet
 */
export function onCluster(statement: string, cluster: Cluster): readonly string[] {
  const on = `ON CLUSTER ${quoted(cluster.name)}`;
  const [, table] = CREATE_TABLE.exec(statement) ?? [];
  if (table !== undefined) {
    const local = statement
      .replace(CREATE_TABLE, `CREATE TABLE IF NOT EXISTS ${localName(table)} ${on}\n(`)
      .replace(ENGINE, 'ENGINE = Replicated$1');
    if (!ENGINE.test(statement)) throw new TypeError(`${table} has an engine that has no replicated form`);
    const key = /^\s*tenant\b/m.test(statement) ? 'cityHash64(tenant)' : 'cityHash64(version)';
    return [
      local,
      `CREATE TABLE IF NOT EXISTS ${table} ${on} AS ${localName(table)}
ENGINE = Distributed(${text(cluster.name)}, ${text(cluster.database)}, ${localName(table)}, ${key})`,
    ];
  }
  const [, view, target] = CREATE_VIEW.exec(statement) ?? [];
  if (view !== undefined && target !== undefined) {
    const local = statement
      .replace(
        CREATE_VIEW,
        `CREATE MATERIALIZED VIEW IF NOT EXISTS ${view} ${on} TO ${localName(target)} AS\n`,
      )
      .replace(/\bFROM (\w+) AS d\b/g, (_, source: string) => `FROM ${localName(source)} AS d`);
    return [local];
  }
  const [alter, altered, ofColumns] = ALTER.exec(statement) ?? [];
  if (alter !== undefined && altered !== undefined) {
    const rest = statement.slice(`ALTER TABLE ${altered}`.length);
    const local = `ALTER TABLE ${localName(altered)} ${on}${rest}`;
    // Indexes, expiry and mutations are the local tables' alone; columns are everybody's.
    if (ofColumns === undefined) return [local];
    return [local, `ALTER TABLE ${altered} ${on}${rest.replace(CODEC, '')}`];
  }
  const [, kind, dropped] = DROP.exec(statement) ?? [];
  if (kind === 'VIEW') return [`${statement} ${on}`];
  if (dropped !== undefined) {
    return [`${statement} ${on}`, `DROP TABLE IF EXISTS ${localName(dropped)} ${on}`];
  }
  // Through the distributed tables, as on one server.
  if (/^(INSERT INTO|SELECT)\b/.test(statement)) return [statement];
  throw new TypeError(`a migration statement without a form for clusters: ${statement.slice(0, 60)}`);
}

/** What mutations and changes of a table are said about: on a cluster its local form, everywhere. */
export const changed = (table: string, cluster: Cluster | null): string =>
  cluster === null ? table : `${localName(table)} ON CLUSTER ${quoted(cluster.name)}`;
