import type { Reader } from './content.ts';
import { sha256Of } from './digest.ts';
import { FilemillError } from './errors.ts';
import type { Http, Request } from './http.ts';
import { isLimitOfProxy, isWorthRetrying, pause, pauseMs } from './retry.ts';
import type { Described, Uploaded } from './upload-options.ts';

/** https://tus.io/protocols/resumable-upload, version 1.0.0. */
const tus = { 'tus-resumable': '1.0.0' };

/** Smaller bodies are not tried: a proxy that refuses them is not made for uploads. */
const leastPieceBytes = 64 * 2 ** 10;

/**
 * Uploads content in pieces. A piece stays in memory until the server has acknowledged all of it, so that a stream, which
 * cannot be read twice, resumes like a file.
 *
 * @param first the beginning of the content, which was read already
 */
export async function uploadInPieces(
  http: Http,
  reader: Reader,
  first: Uint8Array<ArrayBuffer>,
  described: Described,
): Promise<Uploaded> {
  try {
    return await new PieceUpload(http, reader, described).run(first);
  } catch (error) {
    // The server gave up what it had, as it does when room is short: content that can be read again begins anew.
    if (!isCode(error, 'UPLOAD_NOT_FOUND') || reader.rewind === undefined) throw error;
    reader.rewind();
    return await new PieceUpload(http, reader, described).run(await reader.read(described.pieceBytes));
  }
}

class PieceUpload {
  readonly #http: Http;
  readonly #reader: Reader;
  readonly #described: Described;
  #path = '';
  /** The number of bytes that the server has. */
  #offset = 0;
  #fileId: string | undefined;
  #largestBody: number;

  constructor(http: Http, reader: Reader, described: Described) {
    this.#http = http;
    this.#reader = reader;
    this.#described = described;
    this.#largestBody = described.pieceBytes;
  }

  async run(first: Uint8Array<ArrayBuffer>): Promise<Uploaded> {
    const { size: declared } = this.#reader;
    const { pieceBytes } = this.#described;
    this.#path = await this.#begin();
    let read = 0;
    let piece = first;
    do {
      read += piece.length;
      const isLast = declared === undefined ? piece.length < pieceBytes : read >= declared;
      if (piece.length === 0 && !isLast) throw changed(declared, read);
      await this.#sendPiece(piece, read, isLast);
      if (!isLast) piece = await this.#reader.read(pieceBytes);
    } while (this.#fileId === undefined);
    return { id: this.#fileId, size: read };
  }

  /** Should the answer be lost, the upload that was begun expires, and another is begun. */
  async #begin(): Promise<string> {
    const { size } = this.#reader;
    const { name, path, type, batch, priority, idempotencyKey } = this.#described;
    const metadata = Object.entries({ filename: name, relativePath: path, filetype: type, batch, priority }).filter(
      ([, value]) => value !== '',
    );
    const answer = await this.#http.send({
      ...this.#request('POST', '/uploads'),
      headers: {
        ...tus,
        'idempotency-key': idempotencyKey,
        'upload-metadata': metadata.map(([key, value]) => `${key} ${base64(value)}`).join(','),
        ...(size === undefined ? { 'upload-defer-length': '1' } : { 'upload-length': String(size) }),
      },
    });
    // The last segment is the id; the path before it may be that behind a proxy.
    const location = answer.headers.get('location') ?? '';
    return `/uploads/${location.slice(location.lastIndexOf('/') + 1)}`;
  }

  /** @param end the offset at which the piece ends */
  async #sendPiece(piece: Uint8Array<ArrayBuffer>, end: number, isLast: boolean): Promise<void> {
    const start = end - piece.length;
    let failures = 0;
    while (this.#offset < end || (isLast && this.#fileId === undefined))
      try {
        await this.#append(piece.subarray(this.#offset - start).subarray(0, this.#largestBody), end, isLast);
        failures = 0;
      } catch (error) {
        if (isLimitOfProxy(error) && this.#largestBody > leastPieceBytes) {
          this.#largestBody /= 2;
          continue;
        }
        failures += 1;
        if (failures > this.#http.settings.retries || !isPassing(error)) throw error;
        await pause(pauseMs(failures, error), this.#described.signal);
        if (error.code === 'UNREACHABLE') this.#largestBody = Math.max(leastPieceBytes, this.#largestBody / 2);
        await this.#askOffset(start);
      }
  }

  async #append(body: Uint8Array<ArrayBuffer>, end: number, isLast: boolean): Promise<void> {
    const sha256 = await sha256Of(body);
    const answer = await this.#http.once({
      ...this.#request('PATCH', this.#path),
      headers: {
        ...tus,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(this.#offset),
        ...(sha256 !== undefined && { 'upload-checksum': `sha256 ${sha256}` }),
        ...(isLast && this.#reader.size === undefined && { 'upload-length': String(end) }),
      },
      body,
    });
    this.#take(answer);
  }

  async #askOffset(start: number): Promise<void> {
    this.#take(await this.#http.send({ ...this.#request('HEAD', this.#path), headers: tus }));
    // What was acknowledged is gone from memory.
    if (this.#offset < start)
      throw new FilemillError(
        'OFFSET_MISMATCH',
        'The server lost bytes that it had acknowledged.',
        'Upload the file again.',
      );
  }

  #take({ headers }: Response): void {
    this.#offset = Number(headers.get('upload-offset'));
    this.#fileId = headers.get('filemill-file-id') ?? undefined;
    this.#described.onProgress(this.#offset);
  }

  #request(method: string, path: string): Request {
    return { method, path, signal: this.#described.signal };
  }
}

/** An earlier request that broke off may have brought bytes: the server knows how many. */
function isPassing(error: unknown): error is FilemillError {
  return isWorthRetrying(error) || isCode(error, 'OFFSET_MISMATCH') || isCode(error, 'APPEND_CHECKSUM_MISMATCH');
}

function isCode(error: unknown, code: FilemillError['code']): boolean {
  return error instanceof FilemillError && error.code === code;
}

function changed(declared: number | undefined, read: number): FilemillError {
  return new FilemillError(
    'CONTENT_UNREADABLE',
    `The content ended after ${read} bytes, though it had ${declared}.`,
    'It probably changed while it was being sent: upload it again.',
  );
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
