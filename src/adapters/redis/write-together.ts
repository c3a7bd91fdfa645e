import type { Redis } from 'ioredis';

/**
 * Commands of one turn of the event loop leave in one piece, as by the client's own auto-pipelining, which is off then: a
 * write to the socket for each of the six commands of a decision would be six system calls. Unlike there, a turn does not wait
 * for the answers to the one before: a server that stands still has been sent all that came meanwhile, and carries it out
 * when it goes on. Whoever sends bounds what is under way.
 *
 * The socket gathers them and not the client, because what ioredis makes for a pipeline (an object with all its commands,
 * a second promise and a callback for each) outlives the commands: finished pipelines of the old generation keep younger
 * ones alive, so that each command was copied twice by the collector before a full collection freed it. With 200 commands
 * under way, 759 of 3,600 bytes a command were promoted so, and 41 of 2,550 are this way (ioredis 6.0.0, Node 20;
 * docs/BENCH-REDIS.md).
 */
export function writeTogether(client: Redis): void {
  client.on('connect', () => gather(client.stream));
}

/** The first write of a turn holds back all that follow until the turn's events are dealt with. */
function gather(socket: Redis['stream']): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isGathering = false;
  socket.write = (...args: unknown[]) => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      setImmediate(() => {
        isGathering = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
}
