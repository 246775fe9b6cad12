import { Readable } from 'node:stream';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteRange } from '#domain/blob-store.ts';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { bytesExpired } from '#domain/retention.ts';
import type { DownloadResponse } from '#gen/filemill/v1/download_service_pb.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import type { Backend } from '../backend.ts';
import { requestedRange } from '../http/byte-range.ts';
import { matchesStrongly, matchesTag } from '../http/entity-tag.ts';
import { route } from '../http/route.ts';
import { findFile } from './get-file.ts';

/** Whatever a file says it is, no browser may take it for a page of this server. */
const type = 'application/octet-stream';
const contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

const describedHeaders = {
  ETag: 'Identifies the content, which never changes.',
  'Content-Disposition': 'Always an attachment, with the name of the file.',
  'Repr-Digest': 'The SHA-256 of the whole file (RFC 9530), if it is known.',
};

const problems: readonly Reason[] = [
  'FILE_NOT_FOUND',
  'ETAG_MISMATCH',
  'RANGE_INVALID',
  'BYTES_EXPIRED',
  'BLOB_MISSING',
  'BLOB_DAMAGED',
  'OVERLOADED',
];

export function getFileContent(backend: Backend) {
  return route({
    name: 'getFileContent',
    method: 'GET',
    path: '/api/v1/files/{id}/content',
    tag: 'Files',
    summary: 'Download a file',
    description: 'Downloads the bytes of a file in any state, or one range of them.',
    headers: {
      Range: 'One range of bytes (RFC 9110, section 14); several are answered with the whole file.',
      'If-Range': 'An ETag: the range is heeded only if it is that of the file.',
      'If-Match': 'ETags; the answer is 412 unless one is that of the file.',
      'If-None-Match': 'ETags of contents that the client already holds.',
    },
    answers: {
      200: {
        description: 'The bytes; an answer that breaks off is incomplete or damaged.',
        types: [type],
        headers: describedHeaders,
      },
      206: {
        description: 'The bytes of the range.',
        types: [type],
        headers: { ...describedHeaders, 'Content-Range': 'Which bytes of how many.' },
      },
      304: { description: '`If-None-Match` names the ETag of the file.' },
    },
    problems,
    async handle({ params: { id = '' }, request, reply, onward }) {
      const file = withBytes(await findFile(backend, id, onward));
      const tags = tagsOf(file);
      const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
      if (ifMatch !== undefined && !matchesStrongly(ifMatch, ...tags)) throw new FilemillError('ETAG_MISMATCH');
      if (matchesTag(ifNoneMatch, ...tags)) return reply.code(304).headers(cachingOf(tags)).send();
      const range = rangeOf(request, reply, file, tags);
      const { offset, length } = range ?? { offset: 0, length: Number(file.size) };
      const asked = { id, offset: BigInt(offset), length: BigInt(length) };
      const body = request.method === 'HEAD' ? [] : await started(backend.downloads.download(asked, onward));
      if (range !== undefined)
        reply.code(206).header('content-range', `bytes ${offset}-${offset + length - 1}/${file.size}`);
      reply.headers({ ...cachingOf(tags), ...headersOf(file), 'content-length': length });
      return reply.send(Readable.from(body, { objectMode: false }));
    },
  });
}

/** @throws FilemillError BYTES_EXPIRED */
function withBytes(file: File): File {
  if (file.bytesExpiredAt !== undefined) throw bytesExpired(timestampDate(file.bytesExpiredAt));
  return file;
}

/** The content of an id never changes, so that the id is a strong tag as well, before a SHA-256 is known and after. */
function tagsOf({ id, sha256, declaredSha256 }: File): readonly string[] {
  return [sha256, declaredSha256, id].filter((known) => known !== '').map((known) => `"${known}"`);
}

/** @throws FilemillError RANGE_INVALID with a `Content-Range` that tells the size */
function rangeOf(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { size }: File,
  tags: readonly string[],
): ByteRange | undefined {
  const ifRange = headers['if-range'];
  // A date never matches: Last-Modified is not sent.
  if (method !== 'GET' || (ifRange !== undefined && !matchesStrongly(String(ifRange), ...tags))) return undefined;
  try {
    return requestedRange(headers.range, Number(size));
  } catch (error) {
    reply.header('content-range', `bytes */${size}`);
    throw error;
  }
}

/** May be cached, but must be revalidated each time; a proxy that compresses would change what the ETag names. */
function cachingOf([tag]: readonly string[]) {
  return { etag: tag, 'cache-control': 'private, no-cache, no-transform' };
}

function headersOf({ filename, sha256, declaredSha256 }: File) {
  const known = sha256 || declaredSha256;
  return {
    'accept-ranges': 'bytes',
    'content-type': type,
    'content-disposition': contentDisposition(filename),
    'content-security-policy': contentSecurityPolicy,
    ...(known !== '' && { 'repr-digest': `sha-256=:${Buffer.from(known, 'hex').toString('base64')}:` }),
  };
}

/** Waits for the header and the first chunk: a refusal until then can still be a problem. */
async function started(messages: AsyncIterable<DownloadResponse>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = chunksOf(messages);
  const first = await chunks.next();
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return();
    }
  })();
}

async function* chunksOf(messages: AsyncIterable<DownloadResponse>): AsyncGenerator<Uint8Array, void, void> {
  for await (const { part } of messages) if (part.case === 'chunk') yield part.value;
}
