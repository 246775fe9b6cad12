import { isIP } from 'node:net';
import { type Metadata, ServerInterceptingCall, type ServerInterceptor, type StatusObject } from '@grpc/grpc-js';
import { type Identity, type Need, nobody, requireScope } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { requestIdFrom, requestIdKey } from '../../request-id.ts';
import { isSameSecret } from '../../same-secret.ts';
import type { EndedCall } from '../../telemetry/events.ts';
import { addressOf, callerKey, clientAddressKey, webTokenKey } from '../call-context.ts';

export interface Access {
  /** @param rpc `filemill.v1.UploadService/UploadFile`; undefined for an RPC that is not in the table */
  needOf(rpc: string): Need | undefined;
  /**
   * @param authorization the header of the call
   * @throws FilemillError UNAUTHENTICATED
   */
  identify(authorization: string | undefined): Identity | Promise<Identity>;
  /** Counts a call of a known caller that may do this. @throws FilemillError RATE_LIMITED */
  count?(caller: Identity, rpc: string): void;
  /** Whoever shows it is web, and is believed the address of its client. */
  readonly webToken?: string | undefined;
  /** Called with each call whose credentials are refused. */
  refused?(call: RefusedCall): void;
}

export interface RefusedCall {
  readonly rpc: string;
  readonly address: string;
  readonly requestId: string;
}

/** Logs and counts a refusal, and makes its status. */
export type Refuse = (call: EndedCall, error: unknown) => Pick<StatusObject, 'code' | 'details' | 'metadata'>;

/** How often the credentials of a call that lasts are checked again. */
const defaultRecheckMs = 15_000;

/**
 * Refuses calls before a message of them is read, and tells handlers and forwarders the caller. What a client says about
 * itself under the key of services is removed. A stream ends when its credentials do.
 */
export function guardAccess(access: Access, refuse: Refuse, recheckMs = defaultRecheckMs): ServerInterceptor {
  return ({ path, requestStream, responseStream }, call) => {
    const rpc = path.slice(1);
    let recheck: NodeJS.Timeout | undefined;
    let isOver = false;
    const stop = () => {
      isOver = true;
      clearInterval(recheck);
    };
    const fail = (metadata: Metadata, error: unknown) => {
      stop();
      const ended = { rpc, requestId: requestIdOf(metadata), peer: call.getPeer(), cancelled: false, seconds: 0 };
      call.sendStatus(refuse(ended, error));
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: async (metadata, pass) => {
            const authorization = metadata.get('authorization')[0]?.toString();
            metadata.remove(callerKey);
            metadata.remove('authorization');
            const address = addressFor(metadata, access.webToken) ?? addressOf(call.getPeer());
            try {
              const caller = await callerFor(access, rpc, authorization);
              // The client may have left meanwhile.
              if (isOver) return;
              if (caller !== undefined) access.count?.(caller, rpc);
              if (caller !== undefined) metadata.set(callerKey, Buffer.from(JSON.stringify({ ...caller, address })));
              if (caller !== undefined && caller.kind !== 'anonymous' && (requestStream || responseStream))
                recheck = setInterval(
                  () => callerFor(access, rpc, authorization).catch((error: unknown) => endIfRefused(metadata, error)),
                  recheckMs,
                ).unref();
            } catch (error) {
              if (isRefusal(error) && authorization !== undefined)
                access.refused?.({ rpc, requestId: requestIdOf(metadata), address });
              return fail(metadata, error);
            }
            pass(metadata);
          },
          onCancel: stop,
        }),
      sendStatus: (status, next) => {
        stop();
        next(status);
      },
    });

    /** A service that cannot be asked does not end the stream. */
    function endIfRefused(metadata: Metadata, error: unknown): void {
      const { reason } = error as { reason?: unknown };
      if (reason === 'UNAUTHENTICATED' || reason === 'PERMISSION_DENIED') fail(metadata, error);
    }
  };
}

async function callerFor(
  access: Access,
  rpc: string,
  authorization: string | undefined,
): Promise<Identity | undefined> {
  const need = access.needOf(rpc);
  // The server answers UNIMPLEMENTED to an RPC that it does not serve.
  if (need === undefined) return undefined;
  if (need === 'open') return nobody;
  const caller = await access.identify(authorization);
  requireScope(caller, need);
  return caller;
}

/** The address of a client of web; undefined for calls of anyone else. Neither key goes on to the next service. */
function addressFor(metadata: Metadata, webToken: string | undefined): string | undefined {
  const [shown, address] = [webTokenKey, clientAddressKey].map((key) => metadata.get(key)[0]?.toString());
  metadata.remove(webTokenKey);
  metadata.remove(clientAddressKey);
  const isWeb = webToken !== undefined && shown !== undefined && isSameSecret(shown, webToken);
  return isWeb && address !== undefined && isIP(address) !== 0 ? address : undefined;
}

function requestIdOf(metadata: Metadata): string {
  return requestIdFrom(metadata.get(requestIdKey)[0]);
}

function isRefusal(error: unknown): boolean {
  return error instanceof FilemillError && error.reason === 'UNAUTHENTICATED';
}
