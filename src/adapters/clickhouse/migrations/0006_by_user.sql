-- What pages show of one user, in the order of users: a user's decisions lie together instead of in as many places as
-- there are decisions. A projection is part of its part, so that a row and its place here come and go together.
ALTER TABLE decisions ADD PROJECTION IF NOT EXISTS by_user
(
    SELECT
        tenant, user_key, occurred_at, position, recorded_at, challenge_expires_at, id, source, event_id, attempt_id, type,
        status, application, user_id, ip, network, country, region, city, latitude, longitude, asn, as_name,
        network_classes, device_key, browser, browser_major, os, device_type, user_agent, method, score, level, action,
        enforced, mode, rule, reasons, confidence, degraded, learning, challenge_id, challenge_kind
    ORDER BY tenant, user_key, occurred_at, position
);
