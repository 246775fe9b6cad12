import { setTimeout as delay } from 'node:timers/promises';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { chunkOf, metadataOf, streamOf } from '../../support/upload-stack.ts';
import type { Fault, Scene } from '../fault.ts';
import type { Stack } from '../stack.ts';
import { dieAt } from './die-at.ts';

/** A process kills itself while small files that are kept are moved away from others that were deleted. */
export const compactionFaults: readonly Fault[] = [
  {
    row: 39,
    name: 'kill-at-compactor-copied',
    title: 'upload dies with small files stored twice',
    inject: async (scene) => {
      await wasteMostOfASegment(scene);
      await dieAt(scene, 'upload', 'compactor.copied', { atBoot: true });
    },
  },
  {
    row: 39,
    name: 'kill-at-metadata-moved',
    title: 'metadata dies after the commit of a move, before its answer',
    inject: async (scene) => {
      await wasteMostOfASegment(scene);
      const compacts = () => scene.stack.restart('upload');
      await dieAt(scene, 'metadata', 'metadata.moved', { provoke: compacts });
    },
  },
  {
    row: 39,
    name: 'kill-at-compactor-moved',
    title: 'upload dies with small files moved',
    inject: async (scene) => {
      await wasteMostOfASegment(scene);
      await dieAt(scene, 'upload', 'compactor.moved', { atBoot: true });
    },
  },
];

const wasted = 60;
const wastedBytes = 60_000;

/** Files of the load share a segment with more that are deleted. The next start of upload closes and compacts it. */
async function wasteMostOfASegment({ stack, load }: Scene): Promise<void> {
  await stack.restart('upload');
  const { uploadFile } = stack.channel.client(UploadService);
  const content = Buffer.alloc(wastedBytes, 'to be deleted ');
  await load.acknowledges(4);
  const uploads = Array.from({ length: wasted }, (_, n) =>
    uploadFile(streamOf(metadataOf({ filename: `wasted-${n}` }), chunkOf(content))),
  );
  // Whatever shares a segment with them goes out at the same time.
  const kept = Array.from({ length: 4 }, (_, n) => load.send(Buffer.from(`kept ${n}`), undefined, 'alone'));
  const ids = (await Promise.all(uploads)).map(({ id }) => id);
  await Promise.all(kept);
  await stack.channel.client(MetadataService).deleteFiles({ ids });
  await untilRemoved(stack);
}

async function untilRemoved({ postgres }: Stack): Promise<void> {
  for (const giveUpAt = performance.now() + 30_000; ; await delay(50)) {
    // The old places of files that were moved come later.
    const text = "select from blob_deletions where taken_until < now() + interval '2 minutes' limit 1";
    const left = await postgres.query(text);
    if (left.length === 0) return;
    if (performance.now() > giveUpAt) throw new Error('deleted files were not removed');
  }
}
