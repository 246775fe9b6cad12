import type { MessageInitShape } from '@bufbuild/protobuf';
import { serviceToMessage } from '#contract/services.ts';
import { dependencyToMessage, unusedRedis } from '#contract/wire.ts';
import type { Doorbell } from '#domain/doorbell.ts';
import { FilemillError } from '#domain/errors.ts';
import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { asFilemillError } from '#domain/volume-fault.ts';
import {
  type GetDependenciesResponseSchema,
  Dependency_Link as Link,
  Dependency_State as State,
  SystemService,
} from '#gen/filemill/v1/system_service_pb.ts';
import { sleep } from '#platform/abort.ts';
import { type CallContext, outgoing } from '#platform/rpc/call-context.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { fromServiceError, isUnimplemented } from '#platform/rpc/errors.ts';
import { linkOfTarget } from '#platform/rpc/target.ts';
import type { ThisService } from '#platform/this-service.ts';

export interface Upstream {
  readonly metadata: RpcChannel;
  readonly result: RpcChannel;
  readonly doorbell: Doorbell;
  readonly about: ThisService;
}

export interface VolumeContext {
  readonly volume: Pick<VolumeUpkeep, 'freeBytes' | 'totalBytes'>;
  readonly diskReserve: number;
  /** Asks the object store for an answer, if files are in one. */
  readonly askStore?: (() => Promise<void>) | undefined;
}

type Answer = MessageInitShape<typeof GetDependenciesResponseSchema>;

const answerWithinMs = 2_500;

/** This service and those behind it, with their dependencies. */
export function getDependencies({ metadata, result, doorbell, about }: Upstream, context: VolumeContext) {
  return async (_request: unknown, call: CallContext): Promise<Answer> => {
    const own = doorbell.report ? dependencyToMessage(doorbell.report, 'upload') : unusedRedis('upload');
    const [volume, stores, ...behind] = await Promise.all([
      volumeOf(context),
      storeOf(context),
      ask('metadata', metadata, call),
      ask('result', result, call),
    ]);
    return {
      dependencies: [own, ...stores, ...behind.flatMap(({ dependencies = [] }) => dependencies)],
      services: [serviceToMessage('upload', about), ...behind.flatMap(({ services = [] }) => services)],
      ...(volume && { volume }),
    };
  };
}

/** Undefined for a volume that cannot be read, or does not report its size. */
async function volumeOf({ volume, diskReserve }: VolumeContext): Promise<Answer['volume']> {
  const [free, bytes] = await Promise.all([volume.freeBytes(), volume.totalBytes()]).catch(() => []);
  if (free === undefined || bytes === undefined) return undefined;
  return { bytes: BigInt(bytes), freeBytes: BigInt(free), reserveBytes: BigInt(diskReserve) };
}

/** The object store as this service sees it, if files are in one. */
async function storeOf({ askStore }: VolumeContext): Promise<NonNullable<Answer['dependencies']>> {
  if (askStore === undefined) return [];
  const store = { service: 'upload', part: 's3' };
  try {
    await Promise.race([
      askStore(),
      sleep(answerWithinMs).then(() => Promise.reject(new FilemillError('UNAVAILABLE'))),
    ]);
    return [{ ...store, state: State.OK }];
  } catch (error) {
    const { message, facts } = asFilemillError(error);
    return [{ ...store, state: State.FAILING, code: String(facts.code ?? 'AWAY'), detail: message }];
  }
}

async function ask(
  part: string,
  channel: RpcChannel,
  call: CallContext,
): Promise<Pick<Answer, 'dependencies' | 'services'>> {
  const service = { service: 'upload', part, link: Link[linkOfTarget(channel.target)] };
  try {
    const { dependencies, services } = await channel
      .client(SystemService)
      .getDependencies({}, { ...outgoing(call), timeoutMs: answerWithinMs });
    return { dependencies: [{ ...service, state: State.OK }, ...dependencies], services };
  } catch (error) {
    if (isUnimplemented(fromServiceError(error))) return { dependencies: [{ ...service, state: State.OK }] };
    const detail = `The ${part} service does not answer.`;
    return { dependencies: [{ ...service, state: State.FAILING, code: 'AWAY', detail }] };
  }
}
