-- What the dashboards count besides: by AS, by client, by route of a travel finding, by score and version. By hour only:
-- shorter windows read the raw rows, wider ones add hours up.
-- An attempt counts once here too; its AS, client, route and versions are those of its latest event, which is where the
-- earlier one is taken away again.
ALTER TABLE decisions
    ADD COLUMN IF NOT EXISTS challenge_expires_at DateTime64(3, 'UTC') CODEC(ZSTD(1)) AFTER challenge_kind,
    ADD COLUMN IF NOT EXISTS previous_country LowCardinality(String) AFTER address_users;

CREATE TABLE IF NOT EXISTS networks_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    asn UInt32,
    as_name LowCardinality(String),
    application LowCardinality(String),
    type LowCardinality(String),
    status LowCardinality(String),
    action LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, asn, as_name, application, type, status, action, source)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS networks_by_hour_mv TO networks_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
    d.asn AS asn,
    d.as_name AS as_name,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type, d.superseded_status, d.superseded_action, d.superseded_source)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, asn, as_name, application, type, status, action, source;

CREATE TABLE IF NOT EXISTS clients_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    browser LowCardinality(String),
    os LowCardinality(String),
    device_type LowCardinality(String),
    application LowCardinality(String),
    type LowCardinality(String),
    status LowCardinality(String),
    action LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, browser, os, device_type, application, type, status, action, source)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS clients_by_hour_mv TO clients_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
    d.browser AS browser,
    d.os AS os,
    d.device_type AS device_type,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type, d.superseded_status, d.superseded_action, d.superseded_source)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, browser, os, device_type, application, type, status, action, source;

CREATE TABLE IF NOT EXISTS routes_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    from_country LowCardinality(String),
    to_country LowCardinality(String),
    application LowCardinality(String),
    type LowCardinality(String),
    action LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, from_country, to_country, application, type, action, source)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS routes_by_hour_mv TO routes_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
    d.previous_country AS from_country,
    c.3 AS to_country,
    c.4 AS application,
    c.5 AS type,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.country, d.application, d.type, d.action, d.source)],
    if(has(d.superseded_reasons, 'location.impossible_travel'), [(toInt8(-1), d.superseded_at, d.superseded_country, d.superseded_application, d.superseded_type, d.superseded_action, d.superseded_source)], [])) AS c
WHERE d.source != 'dry_run' AND d.previous_country != ''
GROUP BY tenant, bucket, from_country, to_country, application, type, action, source;

CREATE TABLE IF NOT EXISTS scores_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    bin UInt8,
    policy LowCardinality(String),
    mode LowCardinality(String),
    model LowCardinality(String),
    engine LowCardinality(String),
    ip_intelligence LowCardinality(String),
    application LowCardinality(String),
    type LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, bin, policy, mode, model, engine, ip_intelligence, application, type, source)
TTL bucket + toIntervalDay(400);

-- Bins of one nat of log-odds: bin b holds [b - 12, b - 11), the outermost ones everything beyond.
CREATE MATERIALIZED VIEW IF NOT EXISTS scores_by_hour_mv TO scores_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
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
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, toUInt8(greatest(0, least(19, toInt32(floor(log(greatest(d.score, 1e-9) / greatest(1 - d.score, 1e-9)))) + 12))), d.application, d.type, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, toUInt8(greatest(0, least(19, toInt32(floor(log(greatest(d.superseded_score, 1e-9) / greatest(1 - d.superseded_score, 1e-9)))) + 12))), d.superseded_application, d.superseded_type, d.superseded_source)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, bin, policy, mode, model, engine, ip_intelligence, application, type, source;
