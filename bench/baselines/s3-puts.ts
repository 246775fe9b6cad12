/**
 * What an object server does for the client that Filemill has, and nothing else: no gRPC, no rows, no analysis.
 *
 *     node bench/baselines/s3-puts.ts '{"url": "s3://…", "files": …, "bytes": …, "concurrency": …}'
 *
 * One file goes in parts of 8 MiB, three at a time; several go by a PUT each. Prints the milliseconds.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { S3Client } from '#adapters/s3/client/client.ts';
import { s3Location } from '#adapters/s3/client/location.ts';
import { PartUploader } from '#adapters/s3/objects/part-uploader.ts';

export interface PutsOptions {
  readonly url: string;
  readonly files: number;
  readonly bytes: number;
  readonly concurrency: number;
}

const { url, files, bytes, concurrency } = JSON.parse(process.argv[2] ?? '{}') as PutsOptions;
await using client = new S3Client(s3Location.parse(url));
const body = randomBytes(Math.min(bytes, 8 * 1024 * 1024));
// Finds the credentials, and connects.
await client.put(`puts/${randomUUID()}`, Buffer.alloc(1));
const began = performance.now();
if (files === 1) await putInParts();
else await Promise.all(Array.from({ length: concurrency }, (_, n) => putEach(n)));
console.log(performance.now() - began);

async function putInParts(): Promise<void> {
  const uploader = new PartUploader(client, undefined);
  for (let sent = 0; sent < bytes; sent += body.length)
    await uploader.send(body.subarray(0, bytes - sent), () => undefined);
  await uploader.finish();
}

async function putEach(first: number): Promise<void> {
  for (let n = first; n < files; n += concurrency) await client.put(`puts/${randomUUID()}`, body);
}
