import { randomUUID } from 'node:crypto';
import { S3Client } from '#adapters/s3/client/client.ts';
import { s3Location } from '#adapters/s3/client/location.ts';
import type { S3Access } from './s3-server.ts';

/** The value of FILEMILL_STORE for a prefix of its own on this server. */
export function s3StoreUrl({ endpoint, region, bucket }: S3Access, prefix: string = randomUUID()): string {
  return `s3://${bucket}/${prefix}?endpoint=${endpoint}&region=${region}`;
}

/** A client of the server, below a prefix of its own. */
export function testS3Client(access: S3Access, prefix?: string): S3Client {
  const { accessKey: accessKeyId, secretKey: secretAccessKey } = access;
  return new S3Client(s3Location.parse(s3StoreUrl(access, prefix)), {
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    patienceMs: 2_000,
  });
}
