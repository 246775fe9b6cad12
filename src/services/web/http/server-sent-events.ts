/** A comment: keeps proxies from closing a connection on which nothing happens, and notices one that is gone. */
export const heartbeat = ': \n\n';

/** How long a browser waits before it comes again. */
export function retryAfter(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** One event of the HTML standard's event stream. JSON holds no line break, so one data line carries it. */
export function serverSentEvent(event: { readonly id: string; readonly name: string; readonly data: unknown }): string {
  return `id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
