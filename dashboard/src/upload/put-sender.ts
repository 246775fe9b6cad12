import type { Json } from '#contract/schemas.ts';
import { pageHeader } from '../access.ts';
import { parsed, refusalOf, unreachable } from '../api.ts';
import { addressOf } from '../base.ts';
import type { Sender, SenderOptions } from './sender.ts';

/** Sends a small file in one request, which is fastest. (`fetch` reports no upload progress.) */
export function putSender({ file, path, key }: SenderOptions): Sender {
  return {
    resumes: false,
    send(signal, onProgress) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const request = new XMLHttpRequest();
      const query = path === file.name ? '' : `?${new URLSearchParams({ path })}`;
      request.open('PUT', addressOf(`files/${encodeURIComponent(file.name)}${query}`));
      for (const [name, value] of Object.entries({ 'Idempotency-Key': key, ...pageHeader }))
        request.setRequestHeader(name, value);
      if (file.type === '') request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.upload.onprogress = ({ loaded }) => onProgress(loaded);
      request.onload = () => {
        const { status, responseText } = request;
        const isKept = status === 200 || status === 201;
        const receipt = isKept ? parsed<Json<'Receipt'>>(responseText) : undefined;
        if (receipt === undefined) reject(refusalOf(status, responseText));
        else resolve(receipt.id);
      };
      request.onerror = () => reject(unreachable());
      request.onabort = () => reject(signal.reason);
      signal.addEventListener('abort', () => request.abort(), { once: true });
      request.send(file);
      return promise;
    },
    forget: () => undefined,
  };
}
