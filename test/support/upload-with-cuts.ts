import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Upload } from 'tus-js-client';
import { TcpProxy } from './tcp-proxy.ts';

export interface CutUpload {
  /** Of the file, as 64 hex digits. */
  readonly sha256: string;
  readonly fileId: string;
  readonly cuts: number;
  /** Bytes that went over the wire, headers and what was lost included. */
  readonly sent: number;
}

/**
 * Makes a file of random bytes and sends it by tus-js-client, over a link that breaks evenly often on the way.
 *
 * @param base `http://127.0.0.1:PORT`
 * @param path of the file, which is left there
 */
export async function uploadWithCuts(
  base: string,
  path: string,
  { size, cuts }: { readonly size: number; readonly cuts: number },
): Promise<CutUpload> {
  const sha256 = await writeRandomFile(path, size);
  await using proxy = await TcpProxy.start(Number(new URL(base).port));
  let cut = 0;
  const cutEvenly = async () => {
    for (; cut < cuts; cut += 1) {
      await proxy.sends(size / (cuts + 1));
      proxy.cut();
    }
  };
  void cutEvenly();
  const fileId = await sendFile(`http://${proxy.address}/uploads`, path, size);
  return { sha256, fileId, cuts: cut, sent: proxy.sent };
}

async function sendFile(endpoint: string, path: string, size: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = new Upload(createReadStream(path), {
    endpoint,
    uploadSize: size,
    metadata: { filename: 'cut.bin' },
    retryDelays: [0, 500, 1_000, 2_000, 4_000],
    onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Filemill-File-Id') ?? ''),
    onError: reject,
  });
  upload.start();
  return await promise;
}

async function writeRandomFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  await using file: FileHandle = await open(path, 'w');
  const block = randomBytes(1024 ** 2);
  for (let written = 0; written < size; written += block.length) {
    // No two blocks alike: a piece at the wrong place shows.
    block.writeBigUInt64LE(BigInt(written));
    const piece = block.subarray(0, Math.min(block.length, size - written));
    hash.update(piece);
    await file.writeFile(piece);
  }
  return hash.digest('hex');
}
