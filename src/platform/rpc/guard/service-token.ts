import { createHash, timingSafeEqual } from 'node:crypto';
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { FilemillError } from '#domain/errors.ts';
import { requestIdFrom, requestIdKey } from '../../request-id.ts';
import { serviceTokenKey } from '../call-context.ts';
import type { Refuse } from './access.ts';

/** Probes of an orchestrator have no token, and learn nothing but whether the service works. */
const open = '/grpc.health.v1.Health/';

/** Refuses calls of anything but a service, before a message of them is read. */
export function guardServices(token: string, refuse: Refuse): ServerInterceptor {
  const expected = digest(token);
  return ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const shown = metadata.get(serviceTokenKey)[0]?.toString() ?? '';
            metadata.remove(serviceTokenKey);
            if (path.startsWith(open) || timingSafeEqual(digest(shown), expected)) return pass(metadata);
            const requestId = requestIdFrom(metadata.get(requestIdKey)[0]);
            const error = new FilemillError('UNAUTHENTICATED', 'This port serves other services of Filemill only.');
            call.sendStatus(
              refuse({ rpc: path.slice(1), requestId, peer: call.getPeer(), cancelled: false, seconds: 0 }, error),
            );
          },
        }),
    });
}

/** Digests have one length, so that comparing them takes the same time for every token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
