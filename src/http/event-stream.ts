import { Readable } from 'node:stream';

/** How much may wait for a client that does not read: some hundred rows. */
const MAX_WAITING_BYTES = 256 * 1024;

export interface EventStream {
  /** What is sent. */
  readonly body: Readable;
  /** False once the stream has ended, or ends because the client does not keep up. */
  send(event: string, data: unknown, id?: string): boolean;
  comment(): void;
  /** Sends a last event and ends. */
  end(event: string, data: unknown): void;
  /** Called once, however it ended. */
  onEnd(listener: () => void): void;
}

/**
 * Server-sent events (HTML Standard, "Server-sent events"). A client that reads slower than events come is told so and
 * let go, so that it cannot fill the memory; it comes back by itself and says where it was.
 */
export function createEventStream(retry_ms: number): EventStream {
  let open = true;
  const body = new Readable({ read: () => undefined, highWaterMark: MAX_WAITING_BYTES });
  body.push(`retry: ${retry_ms}\n\n`);

  const end = (event: string, data: unknown): void => {
    if (!open) return;
    open = false;
    body.push(text(event, data));
    body.push(null);
  };
  return {
    body,
    send(event, data, id) {
      if (!open) return false;
      if (body.readableLength > MAX_WAITING_BYTES) {
        end('slow', { reason: 'slow_client' });
        return false;
      }
      body.push(text(event, data, id));
      return true;
    },
    comment() {
      if (open && body.readableLength <= MAX_WAITING_BYTES) body.push(': \n\n');
    },
    end,
    onEnd(listener) {
      body.once('close', () => {
        open = false;
        listener();
      });
    },
  };
}

/** JSON has no raw line ends, so that the data is always one line. */
const text = (event: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
