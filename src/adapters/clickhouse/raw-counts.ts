import type { CountsName } from '../../contracts/rows/panel.ts';

/**
 * The rollups' counts straight from raw rows, for windows so short that the buckets' edges would show. The same
 * columns as the rollups, by minute; a test holds both to the same numbers.
 */
export const RAW_COUNTS: Readonly<Record<CountsName, string>> = {
  decisions: `SELECT
    toStartOfMinute(c.2) AS bucket, c.3 AS application, c.4 AS type, c.5 AS status, c.6 AS action, c.7 AS level,
    c.8 AS source, sum(toInt64(c.1)) AS decisions,
    sum(c.1 * toInt64(round(c.9 * 1000000))) AS score_micro, sum(c.1 * toInt64(c.10)) AS degraded,
    uniqStateIf(d.user_key, c.1 = 1 AND d.user_key != '') AS users
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.level, d.source, d.score, d.degraded)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type,
        d.superseded_status, d.superseded_action, d.superseded_level, d.superseded_source, d.superseded_score,
        d.superseded_degraded)])) AS c
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

  outcomes: `SELECT toStartOfMinute(decision_at) AS bucket, resolution, status, method, toInt64(count()) AS outcomes
FROM ({{rows}}) AS d
GROUP BY bucket, resolution, status, method`,

  networks: `SELECT
    toStartOfMinute(c.2) AS bucket,
    d.asn AS asn,
    d.as_name AS as_name,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type, d.superseded_status, d.superseded_action, d.superseded_source)])) AS c
WHERE d.source != 'dry_run' AND {{within}}
GROUP BY bucket, asn, as_name, application, type, status, action, source`,

  clients: `SELECT
    toStartOfMinute(c.2) AS bucket,
    d.browser AS browser,
    d.os AS os,
    d.device_type AS device_type,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type, d.superseded_status, d.superseded_action, d.superseded_source)])) AS c
WHERE d.source != 'dry_run' AND {{within}}
GROUP BY bucket, browser, os, device_type, application, type, status, action, source`,

  routes: `SELECT
    toStartOfMinute(c.2) AS bucket,
    d.previous_country AS from_country,
    c.3 AS to_country,
    c.4 AS application,
    c.5 AS type,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.country, d.application, d.type, d.action, d.source)],
    if(has(d.superseded_reasons, 'location.impossible_travel'), [(toInt8(-1), d.superseded_at, d.superseded_country, d.superseded_application, d.superseded_type, d.superseded_action, d.superseded_source)], [])) AS c
WHERE d.source != 'dry_run' AND d.previous_country != '' AND {{within}}
GROUP BY bucket, from_country, to_country, application, type, action, source`,

  scores: `SELECT
    toStartOfMinute(c.2) AS bucket,
    c.3 AS bin,
    concat(d.policy_id, '@', toString(d.policy_version)) AS policy,
    d.mode AS mode,
    d.model AS model,
    d.engine AS engine,
    d.ip_intelligence AS ip_intelligence,
    c.4 AS application,
    c.5 AS type,
    c.6 AS source,
    sum(toInt64(c.1)) AS decisions
FROM ({{rows}}) AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, toUInt8(greatest(0, least(19, toInt32(floor(log(greatest(d.score, 1e-9) / greatest(1 - d.score, 1e-9)))) + 12))), d.application, d.type, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, toUInt8(greatest(0, least(19, toInt32(floor(log(greatest(d.superseded_score, 1e-9) / greatest(1 - d.superseded_score, 1e-9)))) + 12))), d.superseded_application, d.superseded_type, d.superseded_source)])) AS c
WHERE d.source != 'dry_run' AND {{within}}
GROUP BY bucket, bin, policy, mode, model, engine, ip_intelligence, application, type, source`,
};
