import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AppendUploadRequestSchema,
  UploadFileRequestSchema,
  UploadManyRequestSchema,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { bytesEncoder, memoryForMessage } from './bytes-message.ts';

describe('A message of many bytes', () => {
  for (const schema of [UploadFileRequestSchema, AppendUploadRequestSchema])
    for (const length of [16_384, 262_144, 1_000_000, 3_000_000])
      it(`of ${length} is encoded as protobuf-es encodes it: ${schema.name}`, () => {
        const part = { case: 'chunk' as const, value: randomBytes(length) };
        const usual = Buffer.from(toBinary(schema, create(schema, { part })));
        assert(bytesEncoder(schema)?.({ part })?.equals(usual));
        const memory = memoryForMessage(length + 1);
        memory.set(part.value);
        const inPlace = bytesEncoder(schema)?.({ part: { ...part, value: memory.subarray(0, length) } });
        assert(inPlace?.equals(usual));
        assert.equal(inPlace?.buffer, memory.buffer);
        assert(memory.subarray(0, length).equals(part.value));
      });

  it('is copied when it does not begin where its memory does', () => {
    const memory = memoryForMessage(100_000).fill(1);
    const part = { case: 'chunk' as const, value: memory.subarray(10) };
    const usual = Buffer.from(toBinary(UploadFileRequestSchema, create(UploadFileRequestSchema, { part })));
    assert(bytesEncoder(UploadFileRequestSchema)?.({ part })?.equals(usual));
    assert(memory.every((byte) => byte === 1));
  });

  it('is left to protobuf-es when it is short, or something else', () => {
    const encode = bytesEncoder(UploadFileRequestSchema);
    for (const part of [
      { case: 'chunk', value: Buffer.alloc(100) },
      { case: 'chunk' },
      { case: 'metadata', value: { filename: 'a' } },
      { case: undefined },
      undefined,
    ])
      assert.equal(encode?.({ part }), undefined);
    assert.equal(bytesEncoder(UploadManyRequestSchema), undefined);
  });
});
