import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { s3Kinds, sharedS3Servers } from '../support/s3-server.ts';

describe('The servers that these tests run against', () => {
  for (const kind of s3Kinds)
    it(`have ${kind}, which lets nobody in without credentials`, async () => {
      const { endpoint, bucket, server } = sharedS3Servers()[kind];
      const { status } = await fetch(`${endpoint}/${bucket}/none`);
      assert.ok(status >= 400 && status < 500, `${server} answered ${status}`);
    });
});
