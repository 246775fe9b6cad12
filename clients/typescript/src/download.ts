import { FilemillError } from './errors.ts';
import type { Http } from './http.ts';
import { pause, pauseMs } from './retry.ts';

/**
 * The bytes of a file. A download that breaks off goes on where it was.
 *
 * @throws FilemillError
 */
export async function* download(
  http: Http,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const path = `/api/v1/files/${encodeURIComponent(id)}/content`;
  let offset = 0;
  for (let failures = 0; ; ) {
    const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
    const answer = await http.send({ path, headers, signal });
    const end = offset + Number(answer.headers.get('content-length'));
    try {
      for await (const chunk of chunksOf(answer)) {
        offset += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (offset >= end) return;
      throw new TypeError('it ended early');
    } catch (cause) {
      signal?.throwIfAborted();
      const error = brokenOff(cause);
      failures += 1;
      if (failures > http.settings.retries) throw error;
      await pause(pauseMs(failures, error), signal);
    }
  }
}

/** Safari cannot iterate over a stream. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function brokenOff(cause: unknown): FilemillError {
  return new FilemillError('UNREACHABLE', 'The download broke off.', 'Check the connection, and download it again.', {
    cause,
  });
}
