import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Backend } from '../backend.ts';
import { missingParts } from '../readiness.ts';

/** 200 when a file sent now would be analysed, otherwise 503 with what is missing. */
export function readyz(backend: Backend) {
  return async (_request: FastifyRequest, reply: FastifyReply) => {
    const missing = await missingParts(backend);
    if (missing.length > 0) reply.code(503);
    return { ready: missing.length === 0, missing };
  };
}
