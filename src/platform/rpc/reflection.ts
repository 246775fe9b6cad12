import {
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { ServerReflectionRequest, ServerReflectionResponseSchema } from '#gen/grpc/reflection/v1/reflection_pb.ts';

type Question = ServerReflectionRequest['messageRequest'];
type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']>;

/**
 * Answers questions about `services` and the files that describe them, and about nothing else that this process knows.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export class Reflection {
  readonly #services: readonly DescService[];
  readonly #fileByName = new Map<string, DescFile>();
  readonly #fileBySymbol = new Map<string, DescFile>();

  constructor(services: readonly DescService[]) {
    this.#services = services;
    for (const file of services.flatMap((service) => withImports(service.file))) {
      this.#fileByName.set(file.proto.name, file);
      for (const type of nestedTypes(file)) for (const name of symbolsOf(type)) this.#fileBySymbol.set(name, file);
    }
  }

  /** One answer for each request, in order. An error is about its request; the stream goes on. */
  async *answers(requests: AsyncIterable<ServerReflectionRequest>) {
    for await (const originalRequest of requests)
      yield {
        validHost: originalRequest.host,
        originalRequest,
        messageResponse: this.#answer(originalRequest.messageRequest),
      };
  }

  #answer({ case: question, value }: Question): Answer {
    switch (question) {
      case 'listServices':
        return {
          case: 'listServicesResponse',
          value: { service: this.#services.map(({ typeName: name }) => ({ name })) },
        };
      case 'fileByFilename':
        return described(this.#fileByName.get(value), value);
      case 'fileContainingSymbol':
        return described(this.#fileBySymbol.get(value), value);
      case 'allExtensionNumbersOfType':
        // No file has extensions.
        return this.#fileBySymbol.has(value)
          ? { case: 'allExtensionNumbersResponse', value: { baseTypeName: value } }
          : refused(status.NOT_FOUND, `This server has no ${value}.`);
      case 'fileContainingExtension':
        return refused(status.NOT_FOUND, `${value.containingType} has no extensions.`);
      case undefined:
        return refused(status.INVALID_ARGUMENT, 'The request asks nothing that this server knows.');
    }
  }
}

/** A file and all that it imports, each once: a client may not know the types of the standard either. */
function withImports(file: DescFile, found = new Set<DescFile>()): DescFile[] {
  if (found.has(file)) return [...found];
  found.add(file);
  for (const imported of file.dependencies) withImports(imported, found);
  return [...found];
}

function symbolsOf(type: DescMessage | DescEnum | DescExtension | DescService): string[] {
  switch (type.kind) {
    case 'service':
      return [type.typeName, ...type.methods.map(({ name }) => `${type.typeName}.${name}`)];
    case 'message':
      return [type.typeName, ...type.fields.map(({ name }) => `${type.typeName}.${name}`)];
    default:
      return [type.typeName];
  }
}

function described(file: DescFile | undefined, asked: string): Answer {
  if (file === undefined) return refused(status.NOT_FOUND, `This server has no ${asked}.`);
  const fileDescriptorProto = withImports(file).map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function refused(errorCode: number, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}
