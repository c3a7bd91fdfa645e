/** The field `occurred_at` of a body, if it is a text. */
export function occurredAtOf(body: unknown): string | null {
  const given = typeof body === 'object' && body !== null && 'occurred_at' in body ? body.occurred_at : null;
  return typeof given === 'string' ? given : null;
}
