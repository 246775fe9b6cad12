import type { ByteRange } from '#domain/blob-store.ts';
import { checksumHeaders, crc32cHeader } from './checksums.ts';
import type { S3Transport } from './transport.ts';
import { escapeXml, parseXml } from './xml.ts';

/** An object that is being stored in parts. */
export interface Multipart {
  readonly key: string;
  readonly uploadId: string;
}

/** A part that the server has. */
export interface Part {
  /** A number from 1 to 10,000; parts are joined in this order. */
  readonly number: number;
  readonly etag: string;
  /** The CRC-32C in base64, if the server keeps it. */
  readonly crc32c: string | undefined;
}

/** Objects in parts of 5 MiB to 5 GiB, of which the last may be smaller. Nobody sees an object before it is complete. */
export class Multiparts {
  readonly #transport: S3Transport;

  constructor(transport: S3Transport) {
    this.#transport = transport;
  }

  async create(key: string): Promise<Multipart> {
    const headers = { 'x-amz-checksum-algorithm': 'CRC32C' };
    const answer = await this.#transport.call({ method: 'POST', key, query: { uploads: '' }, headers });
    return { key, uploadId: parseXml(answer.body.toString()).text('UploadId') ?? '' };
  }

  async upload({ key, uploadId }: Multipart, number: number, body: Uint8Array): Promise<Part> {
    const query = { partNumber: String(number), uploadId };
    const answer = await this.#transport.call({ method: 'PUT', key, query, headers: checksumHeaders(body), body });
    return { number, etag: answer.header('etag') ?? '', crc32c: answer.header(crc32cHeader) };
  }

  /** Makes a part of bytes that another object has, without sending them. */
  async copy({ key, uploadId }: Multipart, number: number, sourceKey: string, range?: ByteRange): Promise<Part> {
    const { bucket, prefix } = this.#transport.location;
    const headers = {
      'x-amz-copy-source': `/${bucket}/${prefix}${sourceKey}`,
      ...(range && { 'x-amz-copy-source-range': `bytes=${range.offset}-${range.offset + range.length - 1}` }),
    };
    const answer = await this.#transport.call({
      method: 'PUT',
      key,
      query: { partNumber: String(number), uploadId },
      headers,
    });
    const result = parseXml(answer.body.toString());
    return { number, etag: result.text('ETag') ?? '', crc32c: result.text('ChecksumCRC32C') };
  }

  /** Joins the parts. May be repeated: an answer that was lost does not matter. */
  async complete({ key, uploadId }: Multipart, parts: readonly Part[]): Promise<void> {
    const body = Buffer.from(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.map(partXml).join('')}</CompleteMultipartUpload>`,
    );
    await this.#transport.call({ method: 'POST', key, query: { uploadId }, body });
  }

  /** Frees the parts. May be repeated. */
  async abort({ key, uploadId }: Multipart): Promise<void> {
    await this.#transport.call({ method: 'DELETE', key, query: { uploadId }, expect: [404] });
  }

  /** Lists uploads that were neither completed nor aborted, and whose keys begin so. */
  async *list(begin: string): AsyncGenerator<Multipart & { readonly createdAt: Date }> {
    const { prefix } = this.#transport.location;
    for (let marker: Readonly<Record<string, string>> | undefined = {}; marker !== undefined; ) {
      const query = { uploads: '', prefix: prefix + begin, ...marker };
      const page = parseXml((await this.#transport.call({ method: 'GET', query })).body.toString());
      for (const entry of page.all('Upload')) {
        const key = (entry.text('Key') ?? '').slice(prefix.length);
        yield { key, uploadId: entry.text('UploadId') ?? '', createdAt: new Date(entry.text('Initiated') ?? '') };
      }
      const more = page.text('IsTruncated') === 'true';
      marker = more ? markerOf(page.text('NextKeyMarker'), page.text('NextUploadIdMarker')) : undefined;
    }
  }

  /** When its last part was sent; undefined if it has none, or no longer exists. */
  async writtenAt({ key, uploadId }: Multipart): Promise<Date | undefined> {
    let latest: Date | undefined;
    for (let marker: string | undefined = '0'; marker !== undefined; ) {
      const query = { uploadId, 'part-number-marker': marker };
      const answer = await this.#transport.call({ method: 'GET', key, query, expect: [404] });
      if (answer.status === 404) return undefined;
      const page = parseXml(answer.body.toString());
      for (const part of page.all('Part')) {
        const at = new Date(part.text('LastModified') ?? '');
        if (latest === undefined || at > latest) latest = at;
      }
      marker = page.text('IsTruncated') === 'true' ? page.text('NextPartNumberMarker') : undefined;
    }
    return latest;
  }
}

function partXml({ number, etag, crc32c }: Part): string {
  const sum = crc32c === undefined ? '' : `<ChecksumCRC32C>${escapeXml(crc32c)}</ChecksumCRC32C>`;
  return `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag>${sum}</Part>`;
}

function markerOf(key: string | undefined, uploadId: string | undefined): Readonly<Record<string, string>> | undefined {
  return key === undefined ? undefined : { 'key-marker': key, 'upload-id-marker': uploadId ?? '' };
}
