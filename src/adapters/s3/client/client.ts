import type { ByteRange } from '#domain/blob-store.ts';
import { checksumHeaders } from './checksums.ts';
import type { S3Location } from './location.ts';
import { Multiparts } from './multiparts.ts';
import { S3Transport, type TransportOptions } from './transport.ts';
import { parseXml } from './xml.ts';

export interface S3Object {
  /** Without the prefix of the location. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly writtenAt: Date;
}

/**
 * The objects below one prefix of a bucket. Keys are given and answered without that prefix, and consist of characters that need
 * no escape. Requests are repeated while the server is away, slow or asks for fewer; beyond a bound they reject.
 *
 * @throws FilemillError of every method: OVERLOADED, UNAVAILABLE, STORE_REFUSES, DISK_FULL
 */
export class S3Client implements AsyncDisposable {
  readonly multiparts: Multiparts;
  readonly #transport: S3Transport;

  constructor(location: S3Location, options: TransportOptions = {}) {
    this.#transport = new S3Transport(location, options);
    this.multiparts = new Multiparts(this.#transport);
  }

  /** Stores an object durably, in place of an earlier one. */
  async put(key: string, body: Uint8Array): Promise<void> {
    await this.#transport.call({ method: 'PUT', key, body, headers: checksumHeaders(body) });
  }

  /** Undefined if there is no such object. A range that begins beyond the end is empty. */
  async get(key: string, range?: ByteRange): Promise<Buffer | undefined> {
    if (range?.length === 0) return Buffer.alloc(0);
    const headers = range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const answer = await this.#transport.call({ method: 'GET', key, ...(headers && { headers }), expect: [404, 416] });
    if (answer.status === 404) return undefined;
    return answer.status === 416 ? Buffer.alloc(0) : answer.body;
  }

  /** Undefined if there is no such object. */
  async head(key: string): Promise<S3Object | undefined> {
    const answer = await this.#transport.call({ method: 'HEAD', key, expect: [404] });
    if (answer.status === 404) return undefined;
    const [size, writtenAt] = [Number(answer.header('content-length')), answer.header('last-modified') ?? ''];
    return { key, size, writtenAt: new Date(writtenAt) };
  }

  /** May be repeated. */
  async remove(key: string): Promise<void> {
    await this.#transport.call({ method: 'DELETE', key, expect: [404] });
  }

  /** The objects whose keys begin so, in the order of their keys, in batches of at most 1,000. */
  async *list(begin: string): AsyncGenerator<readonly S3Object[]> {
    const { prefix } = this.#transport.location;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const query = { 'list-type': '2', prefix: prefix + begin, ...(after !== '' && { 'continuation-token': after }) };
      const page = parseXml((await this.#transport.call({ method: 'GET', query })).body.toString());
      const objects = page.all('Contents').map((entry) => ({
        key: (entry.text('Key') ?? '').slice(prefix.length),
        size: Number(entry.text('Size')),
        writtenAt: new Date(entry.text('LastModified') ?? ''),
      }));
      if (objects.length > 0) yield objects;
      after = page.text('IsTruncated') === 'true' ? page.text('NextContinuationToken') : undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}
