import type { Json } from '#contract/schemas.ts';
import { route } from '../http/route.ts';

export function getServer(publicGrpc: string | undefined) {
  return route({
    name: 'getServer',
    method: 'GET',
    path: '/api/v1/server',
    summary: 'Gets the other addresses of this server.',
    answers: { 200: { description: 'The addresses.', schema: 'Server' } },
    tagged: true,
    handle: async (): Promise<Json<'Server'>> => ({ grpc_address: publicGrpc ?? null }),
  });
}
