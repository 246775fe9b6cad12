import { create, type DescMethod, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { UploadMetadataSchema } from '#gen/filemill/v1/upload_service_pb.ts';

/** What messages can name. */
export interface Known {
  readonly fileId: string;
  readonly uploadId: string;
}

/** Well-made messages to begin from. */
export function seedsOf(method: DescMethod, { fileId, uploadId }: Known): Buffer[] {
  const metadata: MessageInitShape<typeof UploadMetadataSchema> = { filename: 'fuzz', size: 4n, idempotencyKey: 'k' };
  const part = (fields: object) => ({ sequence: 0, metadata: { ...metadata, idempotencyKey: '' }, ...fields });
  const inits: Record<string, readonly object[]> = {
    UploadFile: [
      { part: { case: 'metadata', value: { filename: 'fuzz' } } },
      {
        part: {
          case: 'metadata',
          value: { ...metadata, path: 'a/b', sha256: 'ab'.repeat(32), mimeType: 'text/plain' },
        },
      },
      { part: { case: 'chunk', value: Buffer.from('fuzz') } },
      { part: { case: 'closing', value: { sha256: 'cd'.repeat(32) } } },
    ],
    UploadMany: [
      { parts: [part({ content: Buffer.from('fuzz'), closing: { sha256: '' } }), part({ sequence: 1, closing: {} })] },
      { parts: [part({ sequence: 2 })] },
      {
        parts: [
          { sequence: 2, content: Buffer.from('fu') },
          { sequence: 2, content: Buffer.from('zz'), closing: {} },
        ],
      },
    ],
    BeginUpload: [{ metadata }, { metadata: { ...metadata, sha256AtClose: true } }],
    AppendUpload: [
      { part: { case: 'start', value: { id: uploadId } } },
      { part: { case: 'start', value: { id: uploadId, checksum: { algorithm: 1, digest: Buffer.alloc(20) } } } },
      { part: { case: 'chunk', value: Buffer.from('fu') } },
      { part: { case: 'closing', value: { sha256: 'cd'.repeat(32) } } },
    ],
    GetUpload: [{ id: uploadId }],
    CancelUpload: [{ id: uploadId }, { id: '../objects' }],
    WatchFiles: [{ ids: ['x', crypto.randomUUID(), crypto.randomUUID()] }],
    GetResults: [{ fileIds: [fileId, crypto.randomUUID()] }],
  };
  return (inits[method.name] ?? [{ ids: [fileId] }, { pageSize: 3, pageToken: 'token' }, {}]).map((init) =>
    Buffer.from(toBinary(method.input, create(method.input, init as MessageInitShape<typeof method.input>))),
  );
}
