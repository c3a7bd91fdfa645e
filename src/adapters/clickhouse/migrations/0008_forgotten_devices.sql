-- Devices that a person asked to forget: a profile that is rebuilt from decisions must not learn them again. Few; not
-- partitioned.
CREATE TABLE IF NOT EXISTS forgotten_devices
(
    tenant LowCardinality(String),
    user_key String CODEC(ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    batch_id String CODEC(ZSTD(1)),
    device_key String CODEC(ZSTD(1)),
    actor_type LowCardinality(String),
    actor_id String CODEC(ZSTD(1)),
    note String CODEC(ZSTD(1)),
    INDEX by_position position TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (tenant, user_key, position)
TTL toDateTime(recorded_at) + toIntervalDay(400);
