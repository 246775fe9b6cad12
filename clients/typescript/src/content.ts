import { openPath } from '#platform';
import { FilemillError } from './errors.ts';

/** What can be uploaded: a path on this machine (Node alone), bytes, a Blob or File, or a stream of bytes. */
export type Content = string | Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Content that is read piece by piece. */
export interface Reader {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  /** Bytes; undefined for a stream. */
  readonly size?: number | undefined;
  /** Exactly so many bytes, fewer only at the end. */
  read(bytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Begins anew; a stream cannot. */
  rewind?(): void;
  close(): Promise<void>;
}

/** @throws FilemillError CONTENT_UNREADABLE */
export async function openContent(content: Content): Promise<Reader> {
  if (typeof content === 'string') return await openPath(content).catch((cause: unknown) => unreadable(content, cause));
  if (content instanceof Blob) return ofBlob(content);
  if (content instanceof ArrayBuffer || content instanceof Uint8Array) return ofBlob(new Blob([content as BlobPart]));
  return ofStream(content);
}

function ofBlob(blob: Blob): Reader {
  let offset = 0;
  return {
    name: 'name' in blob ? String(blob.name) : undefined,
    type: blob.type,
    size: blob.size,
    async read(bytes) {
      const piece = blob.slice(offset, offset + bytes);
      offset += piece.size;
      return new Uint8Array(await piece.arrayBuffer().catch((cause: unknown) => unreadable('the content', cause)));
    },
    rewind() {
      offset = 0;
    },
    async close() {},
  };
}

function ofStream(content: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): Reader {
  const chunks = Symbol.asyncIterator in content ? content[Symbol.asyncIterator]() : iteratorOf(content);
  let left = new Uint8Array();
  return {
    async read(bytes) {
      const piece = new Uint8Array(bytes);
      let filled = 0;
      while (filled < bytes) {
        if (left.length === 0) {
          const next = await chunks.next();
          if (next.done) break;
          left = new Uint8Array(next.value);
        }
        const part = left.subarray(0, bytes - filled);
        piece.set(part, filled);
        filled += part.length;
        left = left.subarray(part.length);
      }
      return piece.subarray(0, filled);
    },
    async close() {
      await chunks.return?.();
    },
  };
}

/** Safari cannot iterate over a stream. */
function iteratorOf(stream: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array, undefined> {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

function unreadable(what: string, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new FilemillError(
    'CONTENT_UNREADABLE',
    `${what} cannot be read: ${why}`,
    'Check that it exists and did not change.',
    {
      cause,
    },
  );
}
