import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CreateOutcome, NewFile } from '#domain/file.ts';
import {
  type CreateFilesRequest_ItemSchema,
  type CreateFilesResponse_Item,
  FileLifecycleService,
  CreateFilesResponse_Outcome as Outcome,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { Batcher } from '#platform/batcher.ts';
import type { RpcChannel } from './rpc-client.ts';

/** With the longest name, path, type and key that are allowed, a batch stays well below 1 MiB. */
const maxBatch = 128;

/** Registers files with the metadata service; calls made at the same time share one RPC. */
export class FileCreation {
  readonly #batcher: Batcher<NewFile, CreateOutcome>;

  constructor(metadata: RpcChannel) {
    const lifecycle = metadata.client(FileLifecycleService);
    this.#batcher = new Batcher(
      async (files) => {
        const { items } = await lifecycle.createFiles({ items: files.map(toItem) });
        return items.map(toOutcome);
      },
      { maxBatch },
    );
  }

  /**
   * May be repeated with the same storage key: the answer is then the same.
   *
   * @throws FilemillError when no answer came; the file may or may not have been created
   */
  create(file: NewFile): Promise<CreateOutcome> {
    return this.#batcher.add(file);
  }
}

function toItem(file: NewFile): MessageInitShape<typeof CreateFilesRequest_ItemSchema> {
  return {
    ...file,
    size: BigInt(file.size),
    declaredSha256: file.declaredSha256 ?? '',
    idempotencyKey: file.idempotencyKey ?? '',
  };
}

function toOutcome({ outcome, id, message }: CreateFilesResponse_Item): CreateOutcome {
  switch (outcome) {
    case Outcome.CREATED:
      return { outcome: 'CREATED', id };
    case Outcome.DUPLICATE:
      return { outcome: 'DUPLICATE', id };
    case Outcome.KEY_REUSED:
      return { outcome: 'KEY_REUSED', id };
    case Outcome.REJECTED:
      return { outcome: 'REJECTED', message };
    // A word of a later version says nothing about whether the row exists.
    default:
      throw new Error(`The metadata service answered with an unknown outcome ${outcome}`);
  }
}
