import { type Metadata, ServerInterceptingCall, type ServerInterceptor, type StatusObject } from '@grpc/grpc-js';
import { type Identity, type Need, requireScope } from '#domain/access.ts';
import { requestIdFrom, requestIdKey } from '../../request-id.ts';
import type { EndedCall } from '../../telemetry.ts';
import { callerKey } from '../call-context.ts';

export interface Access {
  /** @param rpc `filemill.v1.UploadService/UploadFile`; undefined for an RPC that is not in the table */
  needOf(rpc: string): Need | undefined;
  /**
   * @param authorization the header of the call
   * @throws FilemillError UNAUTHENTICATED
   */
  identify(authorization: string | undefined): Identity | Promise<Identity>;
}

/**
 * Refuses calls before a message of them is read, and tells handlers and forwarders the caller. What a client says about
 * itself under the key of services is removed.
 *
 * @param refuse logs and counts a refusal, and makes its status
 */
export function guardAccess(
  access: Access,
  refuse: (call: EndedCall, error: unknown) => Pick<StatusObject, 'code' | 'details' | 'metadata'>,
): ServerInterceptor {
  return ({ path }, call) => {
    const rpc = path.slice(1);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: async (metadata, pass) => {
            try {
              metadata.remove(callerKey);
              const caller = await callerFor(access, rpc, metadata);
              if (caller !== undefined) metadata.set(callerKey, Buffer.from(JSON.stringify(caller)));
              metadata.remove('authorization');
              pass(metadata);
            } catch (error) {
              const requestId = requestIdFrom(metadata.get(requestIdKey)[0]);
              call.sendStatus(refuse({ rpc, requestId, peer: call.getPeer(), cancelled: false }, error));
            }
          },
        }),
    });
  };
}

async function callerFor(access: Access, rpc: string, metadata: Metadata): Promise<Identity | undefined> {
  const need = access.needOf(rpc);
  // The server answers UNIMPLEMENTED to an RPC that it does not serve.
  if (need === undefined || need === 'open') return undefined;
  const caller = await access.identify(metadata.get('authorization')[0]?.toString());
  requireScope(caller, need);
  return caller;
}
