import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Json } from '#contract/schemas.ts';
import type { UploadFileRequestSchema, UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../backend.ts';
import { inLargePieces } from './large-pieces.ts';

/**
 * Streams one file to the upload service with back-pressure. When this resolves, the file is kept; when the content
 * breaks off, the call is cancelled and nothing stays. A cancelled call can look complete to the server: the missing
 * closing SHA-256 says that it is not.
 *
 * @throws FilemillError
 */
export async function keepFile(
  { upload }: Backend,
  metadata: MessageInitShape<typeof UploadMetadataSchema>,
  content: AsyncIterable<Uint8Array>,
  onward: CallOptions,
): Promise<Json<'Receipt'>> {
  const { id, size, sha256, duplicate } = await upload.uploadFile(messages(metadata, content), onward);
  return { id, size: Number(size), sha256, duplicate };
}

async function* messages(
  metadata: MessageInitShape<typeof UploadMetadataSchema>,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageInitShape<typeof UploadFileRequestSchema>> {
  yield { part: { case: 'metadata', value: { ...metadata, sha256AtClose: true } } };
  const hash = createHash('sha256');
  for await (const chunk of inLargePieces(content)) {
    hash.update(chunk);
    yield { part: { case: 'chunk', value: chunk } };
  }
  yield { part: { case: 'closing', value: { sha256: hash.digest('hex') } } };
}
