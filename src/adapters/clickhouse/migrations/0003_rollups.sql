-- Counts per hour, and of decisions per minute and day. An attempt counts once, at its latest status: a row that replaces an earlier event
-- of its attempt adds 1 as itself and takes 1 away where that event was counted. Dry runs count nowhere.
-- score_micro is the sum of scores in millionths: whole numbers add up to the same in any order.
-- By year, for a repair may count buckets of many months again in one insert, which may open 100 partitions at most.
-- A repair reads these views' own SELECT back and runs it over the raw rows: nothing repeats the expressions.

CREATE TABLE IF NOT EXISTS decisions_by_minute
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    application LowCardinality(String),
    type LowCardinality(String),
    status LowCardinality(String),
    action LowCardinality(String),
    level LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64),
    score_micro SimpleAggregateFunction(sum, Int64),
    degraded SimpleAggregateFunction(sum, Int64),
    users AggregateFunction(uniq, String)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, application, type, status, action, level, source)
TTL bucket + toIntervalDay(14);

CREATE MATERIALIZED VIEW IF NOT EXISTS decisions_by_minute_mv TO decisions_by_minute AS
SELECT
    tenant,
    toStartOfMinute(c.2) AS bucket,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS level,
    c.8 AS source,
    sum(toInt64(c.1)) AS decisions,
    sum(c.1 * toInt64(round(c.9 * 1000000))) AS score_micro,
    sum(c.1 * toInt64(c.10)) AS degraded,
    uniqStateIf(d.user_key, c.1 = 1 AND d.user_key != '') AS users
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.level, d.source, d.score, d.degraded)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type,
        d.superseded_status, d.superseded_action, d.superseded_level, d.superseded_source, d.superseded_score,
        d.superseded_degraded)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, application, type, status, action, level, source;

-- By the time of the decision that the outcome speaks of, so that rates divide like by like.
CREATE TABLE IF NOT EXISTS outcomes_by_minute
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    resolution LowCardinality(String),
    status LowCardinality(String),
    method LowCardinality(String),
    outcomes SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, resolution, status, method)
TTL bucket + toIntervalDay(14);

CREATE MATERIALIZED VIEW IF NOT EXISTS outcomes_by_minute_mv TO outcomes_by_minute AS
SELECT
    tenant,
    toStartOfMinute(decision_at) AS bucket,
    resolution,
    status,
    method,
    toInt64(count()) AS outcomes
FROM outcomes AS d
GROUP BY tenant, bucket, resolution, status, method;

CREATE TABLE IF NOT EXISTS decisions_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    application LowCardinality(String),
    type LowCardinality(String),
    status LowCardinality(String),
    action LowCardinality(String),
    level LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64),
    score_micro SimpleAggregateFunction(sum, Int64),
    degraded SimpleAggregateFunction(sum, Int64),
    users AggregateFunction(uniq, String)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, application, type, status, action, level, source)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS decisions_by_hour_mv TO decisions_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS level,
    c.8 AS source,
    sum(toInt64(c.1)) AS decisions,
    sum(c.1 * toInt64(round(c.9 * 1000000))) AS score_micro,
    sum(c.1 * toInt64(c.10)) AS degraded,
    uniqStateIf(d.user_key, c.1 = 1 AND d.user_key != '') AS users
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.level, d.source, d.score, d.degraded)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type,
        d.superseded_status, d.superseded_action, d.superseded_level, d.superseded_source, d.superseded_score,
        d.superseded_degraded)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, application, type, status, action, level, source;

CREATE TABLE IF NOT EXISTS countries_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    country LowCardinality(String),
    application LowCardinality(String),
    type LowCardinality(String),
    action LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, country, application, type, action, source)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS countries_by_hour_mv TO countries_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
    c.3 AS country,
    c.4 AS application,
    c.5 AS type,
    c.6 AS action,
    c.7 AS source,
    sum(toInt64(c.1)) AS decisions
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.country, d.application, d.type, d.action, d.source)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_country, d.superseded_application,
        d.superseded_type, d.superseded_action, d.superseded_source)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, country, application, type, action, source;

CREATE TABLE IF NOT EXISTS reasons_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    reason LowCardinality(String),
    application LowCardinality(String),
    type LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, reason, application, type, source)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS reasons_by_hour_mv TO reasons_by_hour AS
SELECT
    tenant,
    toStartOfHour(c.2) AS bucket,
    c.3 AS reason,
    c.4 AS application,
    c.5 AS type,
    c.6 AS source,
    sum(toInt64(c.1)) AS decisions
FROM decisions AS d
ARRAY JOIN arrayConcat(
    arrayMap(r -> (toInt8(1), d.occurred_at, r, d.application, d.type, d.source), d.reasons),
    arrayMap(r -> (toInt8(-1), d.superseded_at, r, d.superseded_application, d.superseded_type,
        d.superseded_source), d.superseded_reasons)) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, reason, application, type, source;

CREATE TABLE IF NOT EXISTS outcomes_by_hour
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    resolution LowCardinality(String),
    status LowCardinality(String),
    method LowCardinality(String),
    outcomes SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, resolution, status, method)
TTL bucket + toIntervalDay(400);

CREATE MATERIALIZED VIEW IF NOT EXISTS outcomes_by_hour_mv TO outcomes_by_hour AS
SELECT
    tenant,
    toStartOfHour(decision_at) AS bucket,
    resolution,
    status,
    method,
    toInt64(count()) AS outcomes
FROM outcomes AS d
GROUP BY tenant, bucket, resolution, status, method;

CREATE TABLE IF NOT EXISTS decisions_by_day
(
    tenant LowCardinality(String),
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)),
    application LowCardinality(String),
    type LowCardinality(String),
    status LowCardinality(String),
    action LowCardinality(String),
    level LowCardinality(String),
    source LowCardinality(String),
    decisions SimpleAggregateFunction(sum, Int64),
    score_micro SimpleAggregateFunction(sum, Int64),
    degraded SimpleAggregateFunction(sum, Int64),
    users AggregateFunction(uniq, String)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket)
ORDER BY (tenant, bucket, application, type, status, action, level, source)
TTL bucket + toIntervalDay(1825);

CREATE MATERIALIZED VIEW IF NOT EXISTS decisions_by_day_mv TO decisions_by_day AS
SELECT
    tenant,
    toDateTime(toStartOfDay(c.2), 'UTC') AS bucket,
    c.3 AS application,
    c.4 AS type,
    c.5 AS status,
    c.6 AS action,
    c.7 AS level,
    c.8 AS source,
    sum(toInt64(c.1)) AS decisions,
    sum(c.1 * toInt64(round(c.9 * 1000000))) AS score_micro,
    sum(c.1 * toInt64(c.10)) AS degraded,
    uniqStateIf(d.user_key, c.1 = 1 AND d.user_key != '') AS users
FROM decisions AS d
ARRAY JOIN arrayConcat(
    [(toInt8(1), d.occurred_at, d.application, d.type, d.status, d.action, d.level, d.source, d.score, d.degraded)],
    if(d.superseded_id = '', [], [(toInt8(-1), d.superseded_at, d.superseded_application, d.superseded_type,
        d.superseded_status, d.superseded_action, d.superseded_level, d.superseded_source, d.superseded_score,
        d.superseded_degraded)])) AS c
WHERE d.source != 'dry_run'
GROUP BY tenant, bucket, application, type, status, action, level, source;
