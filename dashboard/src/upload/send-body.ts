import { pageHeader } from '../access.ts';
import { unreachable } from '../api.ts';
import { addressOf } from '../base.ts';

interface Message {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Makes one request and tells how much of its body is sent, which `fetch` does not.
 *
 * @throws Refusal when there is no answer, or the reason of `signal`
 */
export function sendBody(
  { method, path, headers, body }: Message,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = new XMLHttpRequest();
  request.open(method, addressOf(path));
  for (const [name, value] of Object.entries({ ...headers, ...pageHeader })) request.setRequestHeader(name, value);
  request.upload.onprogress = onProgress;
  request.onload = () => resolve({ status: request.status, text: request.responseText });
  request.onerror = () => reject(unreachable());
  request.onabort = () => reject(signal.reason);
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.send(body);
  return promise;
}
