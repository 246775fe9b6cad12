import type { Json } from '#services/web/schemas.ts';
import { refusalOf, unreachable } from '../api.ts';
import { addressOf } from '../base.ts';

export type Receipt = Json<'Receipt'>;

interface PutOptions {
  /** The same for each try, so that a file that was kept after all is not kept twice. */
  readonly key: string;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

/** One try. (`fetch` does not tell how much was sent.) @throws Refusal */
export function putFile(file: File, { key, signal, onProgress }: PutOptions): Promise<Receipt> {
  const { promise, resolve, reject } = Promise.withResolvers<Receipt>();
  const request = new XMLHttpRequest();
  request.open('PUT', addressOf(`files/${encodeURIComponent(file.name)}`));
  request.setRequestHeader('Idempotency-Key', key);
  if (file.type === '') request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.upload.onprogress = ({ loaded }) => onProgress(loaded);
  request.onload = () => {
    if (request.status === 200 || request.status === 201) resolve(JSON.parse(request.responseText) as Receipt);
    else reject(refusalOf(request.status, request.responseText));
  };
  request.onerror = () => reject(unreachable());
  request.onabort = () => reject(signal.reason);
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.send(file);
  return promise;
}

/** `crypto.randomUUID` is for https and localhost only. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
