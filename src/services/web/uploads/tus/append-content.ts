import type { MessageInitShape } from '@bufbuild/protobuf';
import { FilemillError } from '#domain/errors.ts';
import type {
  AppendStartSchema,
  AppendUploadRequestSchema,
  PartialUpload,
} from '#gen/filemill/v1/upload_service_pb.ts';
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
export async function appendContent(backend: Backend, start: Start, content: Content = []): Promise<PartialUpload> {
  try {
    return uploadOf(await backend.upload.appendUpload(messages(start, content)));
  } catch (error) {
    throw (await isDamage(backend, start, error)) ? new FilemillError('APPEND_CHECKSUM_MISMATCH') : error;
  }
}

/**
 * The contract has one word for bytes of a call and for a whole file that are not what was declared. After the latter
 * there is no such upload any more.
 */
async function isDamage({ upload }: Backend, { id = '', checksum }: Start, error: unknown): Promise<boolean> {
  if (checksum === undefined || !(error instanceof FilemillError) || error.reason !== 'CHECKSUM_MISMATCH') return false;
  return await upload.getUpload({ id }).then(
    () => true,
    () => false,
  );
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
