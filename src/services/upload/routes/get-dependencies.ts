import type { MessageInitShape } from '@bufbuild/protobuf';
import { dependencyToMessage } from '#contract/wire.ts';
import type { Doorbell } from '#domain/doorbell.ts';
import {
  type DependencySchema,
  type GetDependenciesResponseSchema,
  Dependency_Link as Link,
  Dependency_State as State,
  SystemService,
} from '#gen/filemill/v1/system_service_pb.ts';
import { type CallContext, outgoing } from '#platform/rpc/call-context.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { fromServiceError, isUnimplemented } from '#platform/rpc/errors.ts';
import { linkOfTarget } from '#platform/rpc/target.ts';

export interface Upstream {
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly doorbell: Doorbell;
}

type Dependency = MessageInitShape<typeof DependencySchema>;

const answerWithinMs = 2_500;

/** The dependencies of this service and of those behind it. */
export function getDependencies({ metadata, result, doorbell }: Upstream) {
  return async (
    _request: unknown,
    call: CallContext,
  ): Promise<MessageInitShape<typeof GetDependenciesResponseSchema>> => {
    const own = doorbell.report ? [dependencyToMessage(doorbell.report, 'upload')] : [];
    const behind = await Promise.all([ask('metadata', metadata, call), ask('result', result, call)]);
    return { dependencies: [...own, ...behind.flat()] };
  };
}

async function ask(part: string, channel: RpcChannel, call: CallContext): Promise<readonly Dependency[]> {
  const service = { service: 'upload', part, link: Link[linkOfTarget(channel.target)] };
  try {
    const { dependencies } = await channel
      .client(SystemService)
      .getDependencies({}, { ...outgoing(call), timeoutMs: answerWithinMs });
    return [{ ...service, state: State.OK }, ...dependencies];
  } catch (error) {
    if (isUnimplemented(fromServiceError(error))) return [{ ...service, state: State.OK }];
    const detail = `The ${part} service does not answer.`;
    return [{ ...service, state: State.FAILING, code: 'AWAY', detail }];
  }
}
