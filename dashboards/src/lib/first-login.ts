/** The README's first call, against this very server. The key is a placeholder: no page ever shows a real one. */
export const firstLoginCommand = (origin: string): string =>
  [
    `curl -s ${origin}/v1/risk \\`,
    "  -H 'authorization: Bearer YOUR_API_KEY' \\",
    "  -H 'content-type: application/json' \\",
    "  -d '{",
    '    "user": { "id": "u_42" },',
    '    "context": { "ip": "81.2.69.160", "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" }',
    "  }'",
  ].join('\n');
