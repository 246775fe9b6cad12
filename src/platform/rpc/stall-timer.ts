import { FilemillError } from '#domain/errors.ts';

/**
 * Makes a call that sends `size` bytes, and gives up when the server is connected but accepts nothing.
 *
 * @param call reports each message that the transport accepted through `onTaken`
 * @param onMessagesTaken called with the number of messages accepted so far
 * @throws FilemillError UNAVAILABLE, or whatever the call throws
 */
export async function unlessStalled<T>(
  size: number,
  signal: AbortSignal,
  call: (options: { readonly signal: AbortSignal; readonly onTaken: () => void }) => Promise<T>,
  onMessagesTaken: (count: number) => void,
): Promise<T> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), stallMs(size));
  let taken = 0;
  const onTaken = () => {
    timer.refresh();
    onMessagesTaken(++taken);
  };
  try {
    return await call({ signal: AbortSignal.any([signal, stalled.signal]), onTaken });
  } catch (error) {
    if (stalled.signal.aborted) throw new FilemillError('UNAVAILABLE', 'The server stopped accepting data.');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Long enough for the silence after the last chunk, while the server reads the file back and syncs it. */
function stallMs(size: number): number {
  return 60_000 + size / 20_000;
}
