import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type {
  AppendStartSchema,
  AppendUploadRequestSchema,
  PartialUpload,
} from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../../backend.ts';
import { inLargePieces } from '../large-pieces.ts';
import { uploadOf } from './progress.ts';

type Start = MessageInitShape<typeof AppendStartSchema>;

/**
 * Streams bytes to the upload service with back-pressure. The append that brings the last byte finishes the upload:
 * the file is kept then.
 *
 * "The Server SHOULD always attempt to store as much of the received data as possible": content that breaks off ends
 * the call normally, so that what arrived is kept. Its offset or checksum shows that bytes are missing.
 *
 * @throws FilemillError
 */
export async function appendContent(
  { upload }: Backend,
  start: Start,
  { requestId, trace, authorization, clientAddress }: CallOptions,
  content: AsyncIterable<Uint8Array> = nothing(),
): Promise<PartialUpload> {
  const onward = { requestId, trace, authorization, clientAddress };
  return uploadOf(await upload.appendUpload(messages(start, content), onward));
}

async function* messages(
  start: Start,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageInitShape<typeof AppendUploadRequestSchema>> {
  yield { part: { case: 'start', value: start } };
  try {
    for await (const chunk of inLargePieces(content)) yield { part: { case: 'chunk', value: chunk } };
  } catch (error) {
    // Other errors than a disconnect are defects.
    if (!(error instanceof FilemillError)) throw error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
