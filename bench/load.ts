import autocannon from 'autocannon';

/**
 * A load generator in a process of its own, so that it does not share the server's event loop: 64 connections, each
 * sending the next body as soon as its answer has come. Prints one JSON line.
 *
 * Arguments: URL, API key, connections, seconds, path of a file with one body a line.
 */
const [url = '', key = '', connections = '64', seconds = '5', bodiesFile = ''] = process.argv.slice(2);
const { readFileSync } = await import('node:fs');
const bodies = readFileSync(bodiesFile, 'utf8').trim().split('\n');
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: bodies.map((body) => ({
    method: 'POST',
    path: '/v1/risk',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
  })),
});
process.stdout.write(
  `${JSON.stringify({
    requests: result['2xx'],
    failed: result.non2xx + result.errors + result.timeouts,
    rps: result['2xx'] / result.duration,
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
  })}\n`,
);
