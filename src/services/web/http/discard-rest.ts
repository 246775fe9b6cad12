import type { IncomingMessage } from 'node:http';

/** Most clients read the answer only after they have sent everything; longer uploads are cut off. */
const patienceMs = 10_000;

/**
 * Reads and discards the rest of a refused request for a while. If the connection were closed at once, the client's
 * system would drop the answer unread.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete !== false) return;
  const timer = setTimeout(() => request.socket.destroy(), patienceMs);
  request.once('close', () => clearTimeout(timer));
  // Unlike resume(), a listener also works while another reader has yet to stop.
  request.on('data', () => undefined);
  request.on('error', () => undefined);
}
