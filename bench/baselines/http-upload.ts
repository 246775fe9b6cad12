/**
 * A client that sends one file over HTTP, and prints the milliseconds to its acknowledgement:
 *
 *     node bench/baselines/http-upload.ts put|tus BASE PATH
 */
import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Upload } from 'tus-js-client';

const [way = '', base = '', path = ''] = process.argv.slice(2);
const size = statSync(path).size;
const content = createReadStream(path, { highWaterMark: 256 * 1024 });

const began = performance.now();
await (way === 'tus' ? sendByTus() : sendByPut());
console.log(performance.now() - began);

async function sendByPut(): Promise<void> {
  const call = request(`${base}/files/large.bin`, { method: 'PUT', headers: { 'content-length': size } });
  const answered = once(call, 'response') as Promise<[IncomingMessage]>;
  await pipeline(content, call);
  const [answer] = await answered;
  answer.resume();
  if (answer.statusCode !== 201) throw new Error(`PUT was answered with ${answer.statusCode}`);
}

async function sendByTus(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const upload = new Upload(content, {
    endpoint: `${base}/uploads`,
    uploadSize: size,
    metadata: { filename: 'large.bin' },
    onSuccess: () => resolve(),
    onError: reject,
  });
  upload.start();
  await promise;
}
