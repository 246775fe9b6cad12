import type { Json } from '#contract/schemas.ts';
import { RetryFilesResponse_Outcome as Outcome } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { Backend } from '../backend.ts';
import { idsBody } from '../http/query.ts';
import { route } from '../http/route.ts';

export function retryFiles(backend: Backend) {
  return route({
    name: 'retryFiles',
    method: 'POST',
    path: '/api/v1/files:retry',
    tag: 'Files',
    summary: 'Retry files',
    description: 'Gives FAILED files another round of attempts. Files in other states are left alone.',
    body: idsBody,
    answers: {
      200: {
        description: 'The outcome for each file; one that cannot be retried does not affect the others.',
        schema: 'Retried',
      },
    },
    handle: async ({ body: { ids }, onward }): Promise<Json<'Retried'>> => ({
      items: await retryAll(backend, ids, onward),
    }),
  });
}

export async function retryAll(
  { metadata }: Backend,
  ids: readonly string[],
  onward: CallOptions,
): Promise<Json<'Retried'>['items']> {
  const { items } = await metadata.retryFiles({ ids: [...ids] }, onward);
  return items.map(({ id, outcome }) => ({ id, outcome: words[outcome] ?? 'NOT_FOUND' }));
}

const words: Readonly<Record<number, 'RETRIED' | 'NOT_FAILED' | 'BYTES_EXPIRED'>> = {
  [Outcome.RETRIED]: 'RETRIED',
  [Outcome.NOT_FAILED]: 'NOT_FAILED',
  [Outcome.BYTES_EXPIRED]: 'BYTES_EXPIRED',
};
