import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  AppendStartSchema,
  AppendUploadRequestSchema,
  BeginUploadRequestSchema,
  PartialUpload,
  UploadMetadataSchema,
  UploadService,
} from '#gen/filemill/v1/upload_service_pb.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

/** Who serves uploads in several calls. */
interface Server {
  readonly uploads: RpcClient<typeof UploadService>;
}

export type AppendMessage = MessageInitShape<typeof AppendUploadRequestSchema>;

export function startOf(fields: MessageInitShape<typeof AppendStartSchema>): AppendMessage {
  return { part: { case: 'start', value: fields } };
}

export function chunkOf(bytes: string | Uint8Array): AppendMessage {
  return { part: { case: 'chunk', value: Buffer.from(bytes) } };
}

export function closingOf(sum: string): AppendMessage {
  return { part: { case: 'closing', value: { sha256: sum } } };
}

export async function begin(
  { uploads }: Server,
  metadata: MessageInitShape<typeof UploadMetadataSchema> = {},
  options: Omit<MessageInitShape<typeof BeginUploadRequestSchema>, 'metadata' | '$typeName'> = {},
): Promise<PartialUpload> {
  const { upload } = await uploads.beginUpload({
    metadata: { filename: 'f', size: 100_000n, ...metadata },
    ...options,
  });
  return upload as PartialUpload;
}

export async function append(
  { uploads }: Server,
  { id, offset, checksum, size }: MessageInitShape<typeof AppendStartSchema>,
  ...rest: (string | Uint8Array | AppendMessage)[]
): Promise<PartialUpload> {
  const messages = async function* () {
    const told = size === undefined ? {} : { size };
    yield startOf({ id: id as string, offset: offset ?? 0n, ...told, ...(checksum && { checksum }) });
    for (const part of rest) yield typeof part === 'string' || part instanceof Uint8Array ? chunkOf(part) : part;
  };
  return (await uploads.appendUpload(messages())).upload as PartialUpload;
}

export async function get({ uploads }: Server, id: string): Promise<PartialUpload> {
  return (await uploads.getUpload({ id })).upload as PartialUpload;
}

export async function offsetOf(server: Server, id: string): Promise<bigint> {
  return (await get(server, id)).offset;
}
