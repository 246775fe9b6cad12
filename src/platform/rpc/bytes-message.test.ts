import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AppendUploadRequestSchema,
  UploadFileRequestSchema,
  UploadManyRequestSchema,
} from '#gen/filemill/v1/upload_service_pb.ts';
import { bytesEncoder } from './bytes-message.ts';

describe('A message of many bytes', () => {
  for (const schema of [UploadFileRequestSchema, AppendUploadRequestSchema])
    for (const length of [16_384, 262_144, 1_000_000, 3_000_000])
      it(`of ${length} is encoded as protobuf-es encodes it: ${schema.name}`, () => {
        const part = { case: 'chunk' as const, value: randomBytes(length) };
        const usual = Buffer.from(toBinary(schema, create(schema, { part })));
        assert(bytesEncoder(schema)?.({ part })?.equals(usual));
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
