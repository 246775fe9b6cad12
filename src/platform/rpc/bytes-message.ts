import { type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** Below this number of bytes, the usual way is as fast. */
const worthwhile = 16 * 1024;
const lengthDelimited = 2;

/** Room in front of bytes for a tag and a length, which take 16 bytes at most. */
const headRoom = 16;
const withHeadRoom = new WeakSet<ArrayBufferLike>();

/**
 * Memory for the bytes of a message. What begins where it begins is encoded in place, so it must not change before the message
 * was sent.
 */
export function memoryForMessage(bytes: number): Buffer {
  const memory = Buffer.allocUnsafeSlow(headRoom + bytes);
  withHeadRoom.add(memory.buffer);
  return memory.subarray(headRoom);
}

/**
 * Encodes a message that is one of several parts, if that part is nothing but many bytes, with one copy of them or none: protobuf-es
 * would copy them twice, into fresh memory of three times the size. Undefined for any other message, which is encoded as usual.
 */
export function bytesEncoder(message: DescMessage): ((value: object) => Buffer | undefined) | undefined {
  const [oneof, ...others] = message.oneofs;
  if (oneof === undefined || others.length > 0 || message.fields.length !== oneof.fields.length) return undefined;
  const numbers = new Map(
    oneof.fields.flatMap((field) => (field.scalar === ScalarType.BYTES ? [[field.localName, field.number]] : [])),
  );
  if (numbers.size === 0) return undefined;
  return (value) => {
    const part = (value as Readonly<Record<string, Part | undefined>>)[oneof.localName];
    const number = part?.case === undefined ? undefined : numbers.get(part.case);
    return number !== undefined && part?.value instanceof Uint8Array && part.value.length >= worthwhile
      ? encode(number, part.value)
      : undefined;
  };
}

interface Part {
  readonly case?: string;
  readonly value?: unknown;
}

/** The tag and the length in front of the bytes (https://protobuf.dev/programming-guides/encoding). */
function encode(number: number, bytes: Uint8Array): Buffer {
  const head = [...varint((number << 3) | lengthDelimited), ...varint(bytes.length)];
  if (bytes.byteOffset === headRoom && withHeadRoom.has(bytes.buffer)) {
    const inPlace = Buffer.from(bytes.buffer, headRoom - head.length, head.length + bytes.length);
    inPlace.set(head);
    return inPlace;
  }
  const encoded = Buffer.allocUnsafeSlow(head.length + bytes.length);
  encoded.set(head);
  encoded.set(bytes, head.length);
  return encoded;
}

function varint(value: number): number[] {
  const digits: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...digits, left];
    digits.push((left % 128) + 128);
  }
}
