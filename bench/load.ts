import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * A load generator in a process of its own, so that it does not share the server's event loop: a number of
 * connections, each sending the next body as soon as its answer has come. Prints one JSON line.
 *
 * It writes requests that were put together beforehand and looks in the answers for status and length only, because it
 * shares the machine's few cores with the server: a complete HTTP client took more processor time than the server
 * under test, and the ladder measured the client.
 *
 * Arguments: URLs (commas between; connections take them in turn), API key, connections, seconds, path of a file with
 * one body a line, and requests a second: then each is sent when it is due, and timed from that moment, so that a server
 * that stalls is seen to (absent or 0: as fast as answers come).
 */
const [urls = '', key = '', connections = '64', seconds = '5', bodiesFile = '', rate = '0'] =
  process.argv.slice(2);
const servers = urls.split(',').map((url) => new URL(url));
const requests = readFileSync(bodiesFile, 'utf8')
  .trim()
  .split('\n')
  .map((body) =>
    Buffer.from(
      `POST /v1/risk HTTP/1.1\r\nhost: ${servers[0]?.host}\r\nauthorization: Bearer ${key}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
/** Milliseconds between the requests of one connection. */
const pace_ms = Number(rate) > 0 ? (Number(connections) / Number(rate)) * 1_000 : 0;

const UNRECORDED = Buffer.from('"recorded":false');
const HEAD_END = Buffer.from('\r\n\r\n');
const latencies_ms: number[] = [];
let failed = 0;
/** Decisions that say that they were not recorded. */
let unrecorded = 0;
let next = 0;
const end_ms = performance.now() + Number(seconds) * 1_000;
const begin_ms = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, (_, i) => run(i)));
const elapsed_s = (performance.now() - begin_ms) / 1_000;
latencies_ms.sort((a, b) => a - b);
const quantile = (q: number): number => latencies_ms[Math.floor((latencies_ms.length - 1) * q)] ?? Number.NaN;
process.stdout.write(
  `${JSON.stringify({
    requests: latencies_ms.length,
    failed,
    unrecorded,
    rps: latencies_ms.length / elapsed_s,
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
  })}\n`,
);

function run(index: number): Promise<void> {
  return new Promise((resolve) => {
    const server = servers[index % servers.length];
    const socket = connect(Number(server?.port), server?.hostname);
    socket.setNoDelay(true);
    let sent_ms = 0;
    let due_ms = begin_ms + (pace_ms * index) / Number(connections);
    let pending: Buffer | null = null;
    /** Bytes of the current answer that are still to come; −1: its head has not been read. */
    let missing = -1;
    let status = 0;
    const send = (): void => {
      const now_ms = performance.now();
      if (pace_ms > 0 && now_ms < due_ms && due_ms < end_ms) {
        setTimeout(send, due_ms - now_ms);
        return;
      }
      sent_ms = pace_ms > 0 ? due_ms : now_ms;
      due_ms += pace_ms;
      if (now_ms >= end_ms || sent_ms >= end_ms) {
        socket.end();
        resolve();
        return;
      }
      const request = requests[next++ % requests.length];
      if (request !== undefined) socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', () => {
      failed += 1;
      resolve();
    });
    socket.on('data', (chunk: Buffer) => {
      const bytes: Buffer = pending === null ? chunk : Buffer.concat([pending, chunk]);
      pending = null;
      if (bytes.includes(UNRECORDED)) unrecorded += 1;
      let received = bytes.length;
      if (missing < 0) {
        const head = bytes.indexOf(HEAD_END);
        if (head < 0) {
          pending = bytes;
          return;
        }
        const text = bytes.toString('latin1', 0, head);
        status = Number(text.slice(9, 12));
        missing = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        received -= head + HEAD_END.length;
      }
      missing -= received;
      if (missing > 0) return;
      missing = -1;
      if (status === 200) latencies_ms.push(performance.now() - sent_ms);
      else failed += 1;
      send();
    });
  });
}
