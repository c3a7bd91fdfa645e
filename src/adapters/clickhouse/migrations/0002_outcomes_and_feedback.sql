-- What became of a challenge: at most one row a decision.
CREATE TABLE IF NOT EXISTS outcomes
(
    tenant LowCardinality(String),
    decision_id String CODEC(ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    batch_id String CODEC(ZSTD(1)),
    decision_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    user_key String CODEC(ZSTD(1)),
    status LowCardinality(String),
    method LowCardinality(String),
    attempts UInt32,
    resolution LowCardinality(String),
    final_action LowCardinality(String),
    record String CODEC(ZSTD(1)),
    INDEX by_position position TYPE minmax GRANULARITY 1,
    INDEX by_user_key user_key TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(decision_at)
ORDER BY (tenant, decision_id, position)
TTL toDateTime(recorded_at) + toIntervalDay(400);

-- People's verdicts: they append, the latest analyst's wins.
CREATE TABLE IF NOT EXISTS feedback
(
    tenant LowCardinality(String),
    decision_id String CODEC(ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    batch_id String CODEC(ZSTD(1)),
    decision_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    user_key String CODEC(ZSTD(1)),
    verdict LowCardinality(String),
    source LowCardinality(String),
    scope LowCardinality(String),
    actor_type LowCardinality(String),
    actor_id String CODEC(ZSTD(1)),
    note String CODEC(ZSTD(1)),
    record String CODEC(ZSTD(1)),
    INDEX by_position position TYPE minmax GRANULARITY 1,
    INDEX by_user_key user_key TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(decision_at)
ORDER BY (tenant, decision_id, position)
TTL toDateTime(recorded_at) + toIntervalDay(400);
