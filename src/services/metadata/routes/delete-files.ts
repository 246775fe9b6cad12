import { deleteFiles } from '#adapters/postgres/files/file-commands.ts';
import { requireBatch, runBatch } from '#contract/requests.ts';
import { reachOf } from '#domain/access.ts';
import { actorOf } from '#domain/audit.ts';
import { isUuid } from '#domain/uuid.ts';
import { DeleteFilesResponse_Outcome as Outcome } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

export function deleteFilesRoute({ database }: MetadataContext): Route<'deleteFiles'> {
  return async ({ ids }, context) => {
    const deleted = await runBatch<string, boolean>(
      requireBatch(ids, 'ids').map((id) => id.toLowerCase()),
      (id) => (isUuid(id) ? undefined : false),
      (good) => deleteFiles(database, good, reachOf(context.caller), actorOf(context)),
    );
    return { items: ids.map((id, index) => ({ id, outcome: deleted[index] ? Outcome.DELETED : Outcome.NOT_FOUND })) };
  };
}
