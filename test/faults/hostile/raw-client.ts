import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type UploadFileRequestSchema, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';

/** What a client below gRPC has to know of a server. */
export interface RawTarget {
  /** A new connection, after the handshake if there is one. */
  connect(): Socket;
  /** The header of each call, where callers need one. */
  readonly authorization?: string | undefined;
}

/** Calls below gRPC, by a client that keeps to HTTP/2 and to nothing else. */
export class RawClient implements Disposable {
  readonly session: ClientHttp2Session;
  readonly ended: Promise<void>;

  readonly #authorization: string | undefined;

  constructor(target: RawTarget, settings: { readonly initialWindowSize?: number } = {}) {
    this.#authorization = target.authorization;
    this.session = connectHttp2('http://localhost', {
      createConnection: () => target.connect(),
      settings,
    });
    this.session.on('error', () => undefined);
    this.ended = new Promise((resolve) => this.session.once('close', resolve));
  }

  /** Opens a call; answers, resets and errors are swallowed. */
  open(path: string): ClientHttp2Stream {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(this.#authorization && { authorization: this.#authorization }),
    });
    stream.on('error', () => undefined);
    return stream;
  }

  openUpload(): ClientHttp2Stream {
    return this.open(pathOf(UploadService.method.uploadFile));
  }

  [Symbol.dispose](): void {
    this.session.destroy();
  }
}

export function pathOf(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** A message as gRPC frames it. */
export function framed<M extends DescMessage>(schema: M, message: MessageInitShape<M>): Buffer {
  return framedBytes(toBinary(schema, create(schema, message)));
}

/** @param declared the length in the frame; another than that of `bytes` for messages that are half sent */
export function framedBytes(bytes: Uint8Array, declared = bytes.length, compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed);
  head.writeUInt32BE(declared, 1);
  return Buffer.concat([head, bytes]);
}

export function uploadMessage(part: MessageInitShape<typeof UploadFileRequestSchema>['part']): Buffer {
  return framed(UploadService.method.uploadFile.input, { part } as MessageInitShape<typeof UploadFileRequestSchema>);
}

export const anyName = uploadMessage({ case: 'metadata', value: { filename: 'hostile' } });
