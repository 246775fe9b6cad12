import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { metadata } from '../support/tus-requests.ts';
import { type Answer, askWeb, type FileOverHttp, type WebAddress } from './ask-web.ts';

/** Sends a file by tus 1.0, and goes on where a break left it. Resolves to its id. */
export async function uploadByTus(web: WebAddress, file: FileOverHttp, options: RetryOptions): Promise<string> {
  const upload = new TusUpload(web, file);
  return await withRetry(() => upload.goOn(), options);
}

/** How far the server says that it is. */
interface Progress {
  readonly offset: number;
  /** Once the file is kept. */
  readonly fileId: string | undefined;
}

class TusUpload {
  readonly #web: WebAddress;
  readonly #file: FileOverHttp;
  /** Of the upload that the server knows, as far as its answer came back. */
  #path: string | undefined;

  constructor(web: WebAddress, file: FileOverHttp) {
    this.#web = web;
    this.#file = file;
  }

  /** From wherever the server is to the end. */
  async goOn(): Promise<string> {
    let { offset, fileId } = this.#path === undefined ? await this.#begin() : await this.#ask(this.#path);
    while (fileId === undefined) ({ offset, fileId } = await this.#append(offset));
    return fileId;
  }

  async #begin(): Promise<Progress> {
    const { filename, idempotencyKey, content } = this.#file;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const answer = await this.#send('POST', '/uploads', {
      'upload-length': content.length,
      'upload-metadata': metadata({ filename, sha256 }),
      'idempotency-key': idempotencyKey,
    });
    this.#path = `/${answer.headers.location}`;
    return progressOf({ 'upload-offset': '0', ...answer.headers });
  }

  async #ask(path: string): Promise<Progress> {
    return progressOf((await this.#send('HEAD', path)).headers);
  }

  /** In two pieces, the second with its checksum: a break loses all of that one, or nothing. */
  async #append(offset: number): Promise<Progress> {
    const { content } = this.#file;
    const half = Math.floor(content.length / 2);
    const piece = content.subarray(offset, offset < half ? half : content.length);
    const checksum = `sha1 ${createHash('sha1').update(piece).digest('base64')}`;
    const headers = {
      'content-type': 'application/offset+octet-stream',
      'upload-offset': offset,
      ...(offset >= half && { 'upload-checksum': checksum }),
    };
    const progress = progressOf((await this.#send('PATCH', this.#path ?? '', headers, piece)).headers);
    const expected = offset + piece.length;
    if (progress.offset !== expected) throw new Error(`PATCH was answered with ${progress.offset}, not ${expected}`);
    if (expected === content.length && progress.fileId === undefined) throw new Error('The last PATCH told no file');
    return progress;
  }

  async #send(method: string, path: string, headers: OutgoingHttpHeaders = {}, body?: Uint8Array): Promise<Answer> {
    const sent = { 'tus-resumable': '1.0.0', 'content-length': body?.length ?? 0, ...headers };
    return await askWeb(this.#web, { method, path, headers: sent, ...(body && { body }) });
  }
}

function progressOf(headers: IncomingHttpHeaders): Progress {
  return { offset: Number(headers['upload-offset']), fileId: headers['filemill-file-id']?.toString() };
}
