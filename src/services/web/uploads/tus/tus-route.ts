import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { FilemillError } from '#domain/errors.ts';
import type { Call, Route } from '../../http/route.ts';

/** https://tus.io/protocols/resumable-upload; comments quote the lines that the code obeys. */
export const tusVersion = '1.0.0';

/** The type of POST and PATCH bodies. */
export const tusContent = 'application/offset+octet-stream';

/** A route of the protocol; refuses clients of another version. */
export function tusRoute(description: Route): Route {
  return {
    ...description,
    headers: { 'Tus-Resumable': `\`${tusVersion}\`, in every request.`, ...description.headers },
    problems: ['TUS_VERSION_REFUSED', ...(description.problems ?? [])],
    async handle(call) {
      const { request, reply } = call;
      // "The Tus-Resumable header MUST be included in every request and response except for OPTIONS requests."
      reply.header('tus-resumable', tusVersion);
      const spoken = request.headers['tus-resumable'];
      if (spoken === tusVersion) return await description.handle(call).catch((error: unknown) => refuse(call, error));
      // "If the version specified by the Client is not supported by the Server, it MUST respond with the 412
      // Precondition Failed status and MUST include the Tus-Version header into the response. In addition, the Server
      // MUST NOT process the request."
      reply.header('tus-version', tusVersion);
      const given = spoken === undefined ? 'no Tus-Resumable' : `Tus-Resumable ${JSON.stringify(spoken)}`;
      throw new FilemillError('TUS_VERSION_REFUSED', `The request has ${given}; this server speaks ${tusVersion}.`);
    },
  };
}

/**
 * "A timeout SHOULD be handled by closing the underlying connection." Clients take that for a broken link and resume,
 * but give up at most error answers.
 */
function refuse({ request, reply }: Call, error: unknown): FastifyReply {
  if (!(error instanceof FilemillError && error.reason === 'STREAM_IDLE')) throw error;
  request.raw.destroy();
  return reply.hijack();
}

/**
 * "All PATCH requests MUST use Content-Type: application/offset+octet-stream, otherwise the server SHOULD return a 415
 * Unsupported Media Type status."
 *
 * @throws FilemillError MEDIA_TYPE_REFUSED
 */
export function requireTusContent({ 'content-type': type = '' }: IncomingHttpHeaders): void {
  if ((type.split(';', 1)[0] as string).trim().toLowerCase() !== tusContent)
    throw new FilemillError('MEDIA_TYPE_REFUSED', `The Content-Type must be ${tusContent}.`);
}
