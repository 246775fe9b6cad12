import type { DescService } from '@bufbuild/protobuf';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { RpcClient } from '#platform/rpc/client.ts';

/** The client with these options, such as a caller's credentials, in every call. */
export function onBehalf<S extends DescService>(client: RpcClient<S>, carried: CallOptions): RpcClient<S> {
  const methods = Object.entries(client as Record<string, Method>).map(([name, call]) => [
    name,
    (request: unknown, options?: CallOptions) => call(request, { ...carried, ...options }),
  ]);
  return Object.fromEntries(methods) as RpcClient<S>;
}

type Method = (request: unknown, options?: CallOptions) => unknown;
