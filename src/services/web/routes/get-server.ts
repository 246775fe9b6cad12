import type { Json } from '#contract/schemas.ts';
import type { StartedBy } from '#platform/this-service.ts';
import { route } from '../http/route.ts';

interface Told {
  readonly publicGrpc?: string | undefined;
  readonly startedBy?: StartedBy;
  readonly command?: string;
}

export function getServer({ publicGrpc, startedBy = 'hand', command = 'npx filemill' }: Told) {
  return route({
    name: 'getServer',
    method: 'GET',
    path: '/api/v1/server',
    tag: 'System',
    summary: 'Get the server',
    description: 'Gets the address of the gRPC port, what started the server, and what its users type for `filemill`.',
    answers: { 200: { description: 'The addresses.', schema: 'Server' } },
    tagged: true,
    handle: async (): Promise<Json<'Server'>> => ({
      grpc_address: publicGrpc ?? null,
      started_by: startedBy,
      command,
    }),
  });
}
