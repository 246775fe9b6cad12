/**
 * The baseline for Filemill: a bare grpc-js server that only writes files. UploadMany writes, syncs and renames many
 * files concurrently, and answers; UploadFile writes one file with a single sync at its end. It checks, registers and
 * analyses nothing.
 *
 *     node bench/baselines/sink.ts FOLDER SOCKET
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type UploadPart, UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { GatheringQueue } from '#platform/gathering-queue.ts';
import { createLogger } from '#platform/logger.ts';
import { publicServerOptions, RpcServer } from '#platform/rpc/server.ts';

const [folder = '', socket = ''] = process.argv.slice(2);
for (const name of ['staging', 'objects']) await mkdir(join(folder, name), { recursive: true });

/** The number of shards is that of Filemill. */
for (let n = 0; n < 256; n++) await mkdir(join(folder, 'objects', shard(n)));

const logger = createLogger('sink', { level: 'warn', format: 'json' });
const server = new RpcServer(logger, publicServerOptions).addPart(UploadService, {
  async *uploadMany(requests) {
    const done = new GatheringQueue<number>();
    const reading = (async () => {
      const going = new Set<Promise<void>>();
      for await (const { parts } of requests)
        for (const part of parts) {
          while (going.size >= 1_024) await Promise.race(going);
          const keeping = keep(part).then(() => {
            going.delete(keeping);
            done.push(part.sequence);
          });
          going.add(keeping);
        }
      await Promise.all(going);
    })().finally(() => done.close());
    for await (const sequences of done.batches())
      yield { answers: sequences.map((sequence) => ({ sequence, outcome: { case: 'file' as const, value: {} } })) };
    await reading;
  },
  async uploadFile(requests) {
    const path = join(folder, 'staging', randomUUID());
    await using file = await open(path, 'wx');
    for await (const { part } of requests) if (part.case === 'chunk') await file.write(part.value);
    await file.sync();
    // The next file has room once this one is answered.
    setTimeout(() => void unlink(path), 200);
    return {};
  },
});
await server.listen(`unix:${socket}`);
process.send?.('ready');
for (const end of ['SIGTERM', 'disconnect']) process.once(end, () => process.exit(0));

async function keep({ content }: UploadPart): Promise<void> {
  const name = randomUUID();
  const staged = join(folder, 'staging', name);
  const file = await open(staged, 'wx');
  await file.write(content);
  await file.sync();
  await file.close();
  await rename(staged, join(folder, 'objects', name.slice(-2), name));
}

function shard(n: number): string {
  return n.toString(16).padStart(2, '0');
}
