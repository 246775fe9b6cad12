import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { bytesEncoder } from './bytes-message.ts';

/** A protobuf-es service in the form that grpc-js needs. */
export function grpcDefinition(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]));
}

/** A definition that leaves messages as bytes, for forwarding calls without decoding them. */
export function rawDefinition(service: DescService): ServiceDefinition {
  const asIs = (message: Buffer) => message;
  return Object.fromEntries(
    service.methods.map((method) => [
      method.localName,
      {
        ...methodDefinition(method),
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    ]),
  );
}

export function methodDefinition(method: DescMethod): MethodDefinition<object, object> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    ...codec('request', method.input),
    ...codec('response', method.output),
  } as MethodDefinition<object, object>;
}

function codec(side: 'request' | 'response', message: DescMessage): Record<string, unknown> {
  const encodeBytes = bytesEncoder(message);
  return {
    [`${side}Serialize`]: (value: MessageInitShape<DescMessage>) => {
      const encoded = encodeBytes?.(value);
      if (encoded !== undefined) return encoded;
      const { buffer, byteOffset, length } = toBinary(message, create(message, value));
      return Buffer.from(buffer, byteOffset, length);
    },
    [`${side}Deserialize`]: (bytes: Buffer): MessageShape<DescMessage> => fromBinary(message, bytes),
  };
}
