import { connect, type Socket } from 'node:net';

export interface LeanAnswer {
  readonly status: number;
  readonly body: string;
}

/** One keep-alive connection that asks one thing at a time. */
export interface LeanConnection {
  /** @throws Error when the connection breaks before the whole answer is there: it may have been carried out. */
  ask(method: 'GET' | 'POST', path: string, body?: string): Promise<LeanAnswer>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * HTTP/1.1 as far as load needs it: status and a body with a stated length. A complete client takes more of a small
 * machine than the server under load does.
 *
 * @throws Error when nobody listens there
 */
export async function openLean(url: string, key: string, silence_ms = 20_000): Promise<LeanConnection> {
  const { hostname, port, host } = new URL(url);
  const socket = await connected(Number(port), hostname);
  socket.setNoDelay(true);
  let waiting: { resolve(answer: LeanAnswer): void; reject(error: Error): void } | null = null;
  let received: Buffer = Buffer.alloc(0);

  const fail = (error: Error): void => {
    socket.destroy();
    waiting?.reject(error);
    waiting = null;
  };
  socket.setTimeout(silence_ms, () => fail(new Error(`no answer within ${silence_ms} ms`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const head = received.indexOf(HEAD_END);
    if (head < 0) return;
    const text = received.toString('latin1', 0, head);
    const end = head + HEAD_END.length + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (received.length < end) return;
    const answer = {
      status: Number(text.slice(9, 12)),
      body: received.toString('utf8', head + HEAD_END.length, end),
    };
    received = received.subarray(end);
    const asked = waiting;
    waiting = null;
    asked?.resolve(answer);
  });

  return {
    ask: (method, path, body = '') =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error('the connection is closed'));
          return;
        }
        waiting = { resolve, reject };
        const type = body === '' ? '' : 'content-type: application/json\r\n';
        socket.write(
          `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\n${type}` +
            `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      }),
    close: () => socket.destroy(),
  };
}

function connected(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
