-- Every decision as one wide row. Absent texts are '', absent numbers 0 or NULL where 0 means something.
-- LowCardinality only where queries group or filter: it costs 0.4 µs a value at the insert, and ZSTD packs the rest.
-- signals holds evidence and abstentions; the neutral ones, most of all, stand in the record alone.
-- Few rows a granule: a page of a list is a hundred records from as many places, each read with its granule. The indices
-- keep to a thousand rows, for each of their entries is asked when an address or a device is looked for.
-- What a row replaces in the charts (see superseded_…) stands in the row itself, so that rollups need no join.
CREATE TABLE IF NOT EXISTS decisions
(
    tenant LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    batch_id String CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)),
    source LowCardinality(String),

    event_id String CODEC(ZSTD(1)),
    attempt_id String CODEC(ZSTD(1)),
    type LowCardinality(String),
    status LowCardinality(String),
    application LowCardinality(String),
    user_id String CODEC(ZSTD(1)),
    user_key String CODEC(ZSTD(1)),
    login_key String CODEC(ZSTD(1)),
    ip String CODEC(ZSTD(1)),
    user_agent String CODEC(ZSTD(1)),
    rtt_ms Nullable(UInt32),
    tls_fingerprint String CODEC(ZSTD(1)),
    device_key String CODEC(ZSTD(1)),
    device_presented Nullable(Bool),
    fingerprint_key String CODEC(ZSTD(1)),
    device_bound Nullable(Bool),
    session_key String CODEC(ZSTD(1)),
    method String CODEC(ZSTD(1)),
    amr Array(String) CODEC(ZSTD(1)),
    acr String CODEC(ZSTD(1)),
    idp String CODEC(ZSTD(1)),
    credential_compromised Bool,
    disposition String CODEC(ZSTD(1)),

    country LowCardinality(String),
    region String CODEC(ZSTD(1)),
    city String CODEC(ZSTD(1)),
    latitude Nullable(Float32),
    longitude Nullable(Float32),
    accuracy_km Nullable(Float32),
    asn UInt32,
    as_name String CODEC(ZSTD(1)),
    address_kind String CODEC(ZSTD(1)),
    network String CODEC(ZSTD(1)),
    network_classes Array(String) CODEC(ZSTD(1)),
    blocklists Array(String) CODEC(ZSTD(1)),
    browser String CODEC(ZSTD(1)),
    browser_major UInt32,
    os String CODEC(ZSTD(1)),
    os_version String CODEC(ZSTD(1)),
    device_type String CODEC(ZSTD(1)),
    automation String CODEC(ZSTD(1)),
    profile_logins Nullable(UInt32),
    address_users Nullable(UInt32),

    prior_log_odds Float64,
    log_odds Float64,
    score Float64,
    level LowCardinality(String),
    confidence String CODEC(ZSTD(1)),
    action LowCardinality(String),
    enforced String CODEC(ZSTD(1)),
    rule String CODEC(ZSTD(1)),
    reasons Array(String) CODEC(ZSTD(1)),
    learning String CODEC(ZSTD(1)),
    degraded Bool,
    degraded_missing Array(String) CODEC(ZSTD(1)),
    degraded_cause String CODEC(ZSTD(1)),
    challenge_id String CODEC(ZSTD(1)),
    challenge_kind String CODEC(ZSTD(1)),
    policy_id String CODEC(ZSTD(1)),
    policy_version UInt32,
    mode String CODEC(ZSTD(1)),
    engine String CODEC(ZSTD(1)),
    model String CODEC(ZSTD(1)),
    ip_intelligence String CODEC(ZSTD(1)),
    api_key_id String CODEC(ZSTD(1)),

    signals Nested
    (
        id String,
        state String,
        log_odds Float64,
        raw_log_odds Float64
    ) CODEC(ZSTD(1)),

    superseded_id String CODEC(ZSTD(1)),
    superseded_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    superseded_source String CODEC(ZSTD(1)),
    superseded_type String CODEC(ZSTD(1)),
    superseded_status String CODEC(ZSTD(1)),
    superseded_application String CODEC(ZSTD(1)),
    superseded_action String CODEC(ZSTD(1)),
    superseded_level String CODEC(ZSTD(1)),
    superseded_country String CODEC(ZSTD(1)),
    superseded_score Float64,
    superseded_degraded Bool,
    superseded_reasons Array(String) CODEC(ZSTD(1)),

    -- The whole record, what reads give back: its scalars in a fixed order (see contracts/rows/record-text.ts).
    -- As a JSON object it is twice as long and costs the insert twice as much as all other columns together.
    record String CODEC(ZSTD(1)),

    INDEX by_position position TYPE minmax GRANULARITY 4,
    INDEX by_superseded superseded_at TYPE minmax GRANULARITY 4,
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_user_key user_key TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_user_id user_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_login_key login_key TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_ip ip TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_device_key device_key TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_session_key session_key TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_event_id event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_attempt_id attempt_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant, occurred_at, position)
TTL toDateTime(recorded_at) + toIntervalDay(400)
SETTINGS index_granularity = 256;
