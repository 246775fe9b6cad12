import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { FilemillError } from '#domain/errors.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { eventually } from '../../support/eventually.ts';
import { append, begin, chunkOf, offsetOf, startOf } from '../../support/resumable-uploads.ts';
import { startService } from '../../support/start-services.ts';

import type { Fault, Scene } from '../fault.ts';

/** Two replicas of upload on one volume, and an upload that changes hands between them. */
export const resumableFaults: readonly Fault[] = [
  {
    row: 41,
    name: 'zombie-append',
    title: 'an upload process sleeps past its lock in the middle of an append, wakes up and goes on',
    inject: changeHandsWhileAsleep,
  },
];

/** A bucket has bytes of an append only once there are 8 MiB of them, or it ends. */
const third = 9 * 2 ** 20;
const content = Buffer.alloc(3 * third, 'the content that was hashed ');
const pieceBytes = 2 ** 18;

async function changeHandsWhileAsleep({ stack, load, ledger, injected }: Scene): Promise<void> {
  const settings = { ...stack.settingsOf('upload'), FILEMILL_GRPC_LISTEN: stack.listen('upload-2') };
  await using sleeper = await startService('upload', settings);
  using channel = stack.channelTo('upload-2');
  const [there, here] = [{ uploads: channel.client(UploadService) }, { uploads: stack.channel.client(UploadService) }];
  const sha256 = createHash('sha256').update(content).digest('hex');
  const filename = `changed-hands-${randomUUID()}`;
  load.adopt(filename);
  const { id } = await begin(there, { filename, size: BigInt(content.length), sha256 });
  const { promise: asleep, resolve: nowAsleep } = Promise.withResolvers<void>();
  await append(there, { id }, ...piecesOf(content.subarray(0, third)));
  const earlier = there.uploads.appendUpload(
    (async function* () {
      yield startOf({ id, offset: BigInt(third) });
      for (const piece of piecesOf(content.subarray(third, 2 * third))) yield chunkOf(piece);
      await asleep;
      // Waits in the socket of the sleeper, and is the first thing that it sees.
      yield chunkOf(Buffer.alloc(pieceBytes, 'other content '));
    })(),
  );
  const refused = earlier.then(
    () => false,
    (error) => error instanceof FilemillError,
  );
  await eventually('bytes of the append have come', async () => (await offsetOf(there, id)) > BigInt(third));
  sleeper.child.kill('SIGSTOP');
  nowAsleep();
  const file = await takeOver();
  ledger.record({ id: file.id, filename, sha256, size: content.length });
  sleeper.child.kill('SIGCONT');
  if (await refused) injected();
  sleeper.child.kill('SIGKILL');
  await once(sleeper.child, 'exit');

  /** As a client does: asks again until the lock of the sleeper is over. */
  async function takeOver() {
    for (;;) {
      const offset = await offsetOf(here, id);
      const { file } = await append(here, { id, offset }, ...piecesOf(content.subarray(Number(offset)))).catch(
        retryLocked,
      );
      if (file !== undefined) return file;
    }
  }
}

function piecesOf(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / pieceBytes);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * pieceBytes, (n + 1) * pieceBytes));
}

function retryLocked(error: unknown): { file: undefined } {
  if (error instanceof FilemillError && error.reason === 'UPLOAD_LOCKED') return { file: undefined };
  throw error;
}
