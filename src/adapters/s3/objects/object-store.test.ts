import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { S3Client } from '../client/client.ts';
import { ObjectStore } from './object-store.ts';

const MiB = 1024 ** 2;

it('sends the bytes of each blob, although their parts use the same memory one after the other', async () => {
  const server = new PartsOnly();
  const store = new ObjectStore(server as unknown as S3Client);
  const contents = [50, 41].map((size) => randomBytes(size * MiB));
  await Promise.all(
    contents.map(async (bytes) => {
      await using staged = store.stage();
      for (let at = 0; at < bytes.length; at += MiB) await staged.write(bytes.subarray(at, at + MiB));
      await staged.commit();
    }),
  );
  assert.deepEqual(server.completed.map(sha256).toSorted(), contents.map(sha256).toSorted());
});

it('leaves no name behind if a part fails while the name is on its way', async () => {
  const names = new Set<string>();
  const server = {
    multiparts: {
      create: async (key: string) => ({ key, uploadId: key }),
      upload: async (_: unknown, number: number) => {
        if (number > 1) throw new Error('no such upload');
        return { number, etag: '', crc32c: undefined };
      },
      abort: async () => undefined,
    },
    put: async (key: string) => {
      for (let n = 0; n < 20; n++) await turn();
      names.add(key);
    },
    remove: async (key: string) => {
      names.delete(key);
    },
  };
  await using staged = new ObjectStore(server as unknown as S3Client).stage();
  await staged.write(Buffer.alloc(9 * MiB));
  await assert.rejects(staged.commit(), /no such upload/);
  for (let n = 0; n < 40; n++) await turn();
  assert.deepEqual([...names], []);
});

function sha256(bytes: Buffer): string {
  return hash('sha256', bytes);
}

/** A server that reads each part only when others are on their way, and lets a blob be completed. */
class PartsOnly {
  readonly completed: Buffer[] = [];
  readonly #parts = new Map<string, Buffer[]>();
  readonly multiparts = {
    create: async (key: string) => ({ key, uploadId: key }),
    upload: async ({ key }: { key: string }, number: number, body: Buffer) => {
      for (let n = 0; n < 20; n++) await turn();
      const parts = this.#parts.get(key) ?? [];
      this.#parts.set(key, parts);
      parts[number] = Buffer.from(body);
      return { number, etag: '', crc32c: undefined };
    },
    complete: async ({ key }: { key: string }) => {
      this.completed.push(Buffer.concat(this.#parts.get(key)?.slice(1) ?? []));
    },
  };

  async put(): Promise<void> {}
}
