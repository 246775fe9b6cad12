import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type {
  AppendStartSchema,
  AppendUploadRequestSchema,
  PartialUpload,
} from '#gen/filemill/v1/upload_service_pb.ts';
import type { CallOptions } from '#platform/rpc/client.ts';
import type { Backend } from '../../backend.ts';
import { uploadOf } from './progress.ts';

type Start = MessageInitShape<typeof AppendStartSchema>;
type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Passes bytes on to the upload service as they come, the next when there is room for them. The append that brings the
 * last byte finishes the upload: the file is kept then.
 *
 * "The Server SHOULD always attempt to store as much of the received data as possible": content that breaks off ends
 * the call in good order, so that what had arrived is kept. Too few bytes never look like all of them: the offset, or
 * the checksum, tells.
 *
 * @throws FilemillError
 */
export async function appendContent(
  { upload }: Backend,
  start: Start,
  { requestId }: Pick<CallOptions, 'requestId'>,
  content: Content = [],
): Promise<PartialUpload> {
  return uploadOf(await upload.appendUpload(messages(start, content), { requestId }));
}

async function* messages(
  start: Start,
  content: Content,
): AsyncGenerator<MessageInitShape<typeof AppendUploadRequestSchema>> {
  yield { part: { case: 'start', value: start } };
  try {
    for await (const chunk of content) yield { part: { case: 'chunk', value: chunk } };
  } catch (error) {
    // Anything but a client that went away is a defect.
    if (!(error instanceof FilemillError)) throw error;
  }
}
