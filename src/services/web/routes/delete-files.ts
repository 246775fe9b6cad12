import type { Json } from '#contract/schemas.ts';
import { DeleteFilesResponse_Outcome as Outcome } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../backend.ts';
import { idsBody } from '../http/query.ts';
import { route } from '../http/route.ts';

export function deleteFiles(backend: Backend) {
  return route({
    name: 'deleteFiles',
    method: 'POST',
    path: '/api/v1/files:delete',
    tag: 'Files',
    summary: 'Delete files',
    description: 'Deletes files in any state together with their results. Their bytes are removed within seconds.',
    body: idsBody,
    answers: { 200: { description: 'The outcome for each file.', schema: 'Deleted' } },
    handle: async ({ body: { ids }, onward }): Promise<Json<'Deleted'>> => ({
      items: await deleteAll(backend, ids, onward),
    }),
  });
}

export async function deleteAll(
  { metadata }: Backend,
  ids: readonly string[],
  onward: CallOptions,
): Promise<Json<'Deleted'>['items']> {
  const { items } = await metadata.deleteFiles({ ids: [...ids] }, onward);
  return items.map(({ id, outcome }) => ({ id, outcome: outcome === Outcome.DELETED ? 'DELETED' : 'NOT_FOUND' }));
}
