import type { Json } from '#contract/schemas.ts';
import { parsed, refusalOf } from '../api.ts';
import { sendBody } from './send-body.ts';
import type { Sender, SenderOptions } from './sender.ts';

/** Sends a small file in one request. */
export function putSender({ file, path, key }: SenderOptions): Sender {
  const query = path === file.name ? '' : `?${new URLSearchParams({ path })}`;
  const message = {
    method: 'PUT',
    path: `files/${encodeURIComponent(file.name)}${query}`,
    headers: { 'Idempotency-Key': key, ...(file.type === '' && { 'Content-Type': 'application/octet-stream' }) },
    body: file,
  } as const;
  return {
    resumes: false,
    async send(signal, onProgress) {
      const { status, text } = await sendBody(message, signal, ({ loaded }) => onProgress(loaded));
      const isKept = status === 200 || status === 201;
      const receipt = isKept ? parsed<Json<'Receipt'>>(text) : undefined;
      if (receipt === undefined) throw refusalOf(status, text);
      return receipt.id;
    },
    forget: () => undefined,
  };
}
