-- How campaigns stood in one cell of traffic after a decision: rows append, the newest of each cell counts. A few hundred
-- a campaign and one a second at most. They hold no person. Not partitioned: there are few of them.
CREATE TABLE IF NOT EXISTS campaigns
(
    tenant LowCardinality(String),
    campaign_id String CODEC(ZSTD(1)),
    cell_key String CODEC(ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    batch_id String CODEC(ZSTD(1)),
    phase LowCardinality(String),
    kind LowCardinality(String),
    started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    detected_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    last_seen_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    ends_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    attempts UInt32,
    users UInt32,
    successes UInt32,
    usual_per_min Float64,
    cell LowCardinality(String),
    asn UInt32,
    as_name String CODEC(ZSTD(1)),
    client LowCardinality(String),
    tls_fingerprint String CODEC(ZSTD(1)),
    network String CODEC(ZSTD(1)),
    networks Array(String) CODEC(ZSTD(1)),
    network_attempts Array(UInt32) CODEC(ZSTD(1)),
    INDEX by_position position TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (tenant, campaign_id, cell_key, position)
TTL toDateTime(recorded_at) + toIntervalDay(400);
