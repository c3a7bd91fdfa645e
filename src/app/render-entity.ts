import type { EntityAnswer } from '../contracts/http/entity-answer.ts';
import type { EntityActivity, EntityCount, EntitySubject, Window } from '../ports/analytics.ts';

const time = (at_ms: number): string => new Date(at_ms).toISOString();
const maybeTime = (at_ms: number | null): string | null => (at_ms === null ? null : time(at_ms));

/** An address, network, device or AS, and what was seen of it in a window. */
export function renderEntity(subject: EntitySubject, window: Window, found: EntityActivity): EntityAnswer {
  const { totals } = found;
  return {
    kind: subject.kind,
    value: String(subject.value),
    from: time(window.from_ms),
    to: time(window.to_ms),
    first_seen: maybeTime(found.firstSeen_ms),
    last_seen: maybeTime(found.lastSeen_ms),
    facts: factsOf(subject, found),
    totals: { ...totals },
    rates:
      totals.decisions === 0
        ? null
        : {
            failed: totals.failed / totals.decisions,
            challenged: totals.challenged / totals.decisions,
            blocked: totals.blocked / totals.decisions,
          },
    series: {
      bucket_s: found.bucket_s,
      rows: found.series.map(({ t_ms, ...counts }) => ({ t: time(t_ms), ...counts })),
    },
    users: found.users.map(({ lastSeen_ms, ...counts }) => ({ ...counts, last_seen: time(lastSeen_ms) })),
    addresses: subject.kind === 'address' ? null : found.addresses.map(renderCount),
    devices: subject.kind === 'device' ? null : found.devices.map(renderCount),
    ases:
      subject.kind === 'address' || subject.kind === 'as'
        ? null
        : found.ases.map(({ value, lastSeen_ms, ...counts }) => ({
            asn: Number(value),
            ...counts,
            last_seen: time(lastSeen_ms),
          })),
    reasons: found.reasons.map(({ reason, n }) => ({ reason, n })),
    lists: found.lists.map(({ name, kind, lastSeen_ms }) => ({ name, kind, last_seen: time(lastSeen_ms) })),
  };
}

const renderCount = ({ lastSeen_ms, ...counts }: EntityCount) => ({
  ...counts,
  last_seen: time(lastSeen_ms),
});

/** Only what says something of the subject: an AS has no one place, a device no one network. */
function factsOf(
  subject: EntitySubject,
  { newest, newestLists, addressKind }: EntityActivity,
): EntityAnswer['facts'] {
  if (newest === null) return null;
  const { fields } = newest;
  const placed = subject.kind === 'address' || subject.kind === 'network';
  const networked = placed || subject.kind === 'as';
  const device = subject.kind === 'device';
  return {
    country: placed ? fields.country : null,
    region: placed ? fields.region : null,
    city: placed ? fields.city : null,
    latitude: placed ? fields.latitude : null,
    longitude: placed ? fields.longitude : null,
    asn: networked ? fields.asn : null,
    as_name: networked ? fields.as_name : null,
    network: placed ? fields.network : null,
    network_classes: networked ? [...fields.network_classes] : [],
    blocklists: placed ? [...newestLists] : [],
    address_kind: placed ? addressKind : null,
    browser: device ? fields.browser : null,
    os: device ? fields.os : null,
    device_type: device ? fields.device_type : null,
  };
}
