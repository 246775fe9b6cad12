import type { ServerResponse } from 'node:http';

/**
 * Aborted when the client goes away before it has its answer. The request itself does not tell: it counts as closed
 * as soon as its body has been read.
 */
export function clientGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
