import { hash } from 'node:crypto';

/**
 * The key under which an event id is remembered: unique per tenant and endpoint. A hash, because event ids are the
 * caller's free choice and store keys are short; the lengths before the parts keep two choices from meeting.
 */
export function idempotencyKey(tenant: string, endpoint: 'risk' | 'events', eventId: string): string {
  return hash('sha256', `${tenant.length}:${tenant},${endpoint},${eventId}`, 'base64url');
}
