import type { Json } from '#contract/schemas.ts';
import type { StartedBy } from '#platform/this-service.ts';
import { route } from '../http/route.ts';

export function getServer(publicGrpc: string | undefined, startedBy: StartedBy) {
  return route({
    name: 'getServer',
    method: 'GET',
    path: '/api/v1/server',
    tag: 'System',
    summary: 'Get the server',
    description: 'Gets the address of the gRPC port, and what started the server.',
    answers: { 200: { description: 'The addresses.', schema: 'Server' } },
    tagged: true,
    handle: async (): Promise<Json<'Server'>> => ({
      grpc_address: publicGrpc ?? null,
      started_by: startedBy,
    }),
  });
}
