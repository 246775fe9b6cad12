import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** Most clients read an answer only once they have sent all; who has that much left is cut off. */
const patienceMs = 10_000;

/**
 * For a request that was refused while its body still comes: reads on for a while and drops what it reads. To close
 * the connection at once would make the system of a client that still sends throw the answer away unread.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete !== false) return;
  const timer = setTimeout(() => request.socket.destroy(), patienceMs);
  request.once('close', () => clearTimeout(timer));
  discard(request);
}

/** Reads a stream to its end for nothing, also when somebody else has yet to stop reading it. */
function discard(stream: Readable): void {
  stream.on('data', () => undefined);
  stream.on('error', () => undefined);
}
