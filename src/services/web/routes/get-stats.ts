import type { FastifyRequest } from 'fastify';
import { statsToJson } from '#client/json.ts';
import type { Backend } from '../backend.ts';
import { readQuery } from '../query.ts';

export function getStats({ metadata }: Backend) {
  return async (request: FastifyRequest) => {
    readQuery({}, request.query);
    return statsToJson(await metadata.getStats({}, { signal: request.signal }));
  };
}
