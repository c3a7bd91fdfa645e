import type { Panel } from '../../contracts/rows/panel.ts';

/**
 * The rollups' counts straight from raw rows, for windows so short that the buckets' edges would show. The same
 * columns as the rollups, by minute; a test holds both to the same numbers.
 */
export const RAW_COUNTS: Readonly<Record<Panel['counts'], string>> = {
  decisions: `SELECT
    toStartOfMinute(c.2) AS bucket, c.3 AS application, c.4 AS type, c.5 AS status, c.6 AS action, c.7 AS level,
    c.8 AS source, sum(toInt64(c.1)) AS decisions,
    uniqStateIf(d.user_key, c.1 = 1 AND d.user_key != '') AS users
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.level, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type,
        d.superseded_status, d.superseded_action, d.superseded_level, d.superseded_source)])) AS c
WHERE d.source != 'dry_run' AND {{within}}
GROUP BY bucket, application, type, status, action, level, source`,

  countries: `SELECT
    toStartOfMinute(c.2) AS bucket, c.3 AS country, c.4 AS application, c.5 AS type, c.6 AS action, c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.country, d.application, d.type, d.action, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_country, d.superseded_application,
        d.superseded_type, d.superseded_action, d.superseded_source)])) AS c
WHERE d.source != 'dry_run' AND {{within}}
GROUP BY bucket, country, application, type, action, source`,

  reasons: `SELECT
    toStartOfMinute(c.2) AS bucket, c.3 AS reason, c.4 AS application, c.5 AS type, c.6 AS source,
    sum(toInt64(c.1)) AS decisions
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    arrayMap(r -> (toInt8(1), d.occurred_at, r, d.application, d.type, d.source), d.reasons),
    arrayMap(r -> (toInt8(-1), d.superseded_at, r, d.superseded_application, d.superseded_type,
        d.superseded_source), d.superseded_reasons)) AS c
WHERE d.source != 'dry_run' AND {{within}}
GROUP BY bucket, reason, application, type, source`,
};
