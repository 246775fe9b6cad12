import type { VolumeUpkeep } from '#domain/upkeep.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import { ttlMemo } from '#platform/ttl-memo.ts';
import type { UploadEvictor } from './duties/upload-evictor.ts';
import type { Admission } from './intake/admission.ts';
import { bytesOf } from './resumable/incomplete-uploads.ts';

interface UploadSources {
  readonly blobs: Pick<VolumeUpkeep, 'freeBytes' | 'totalBytes'>;
  readonly admission: Pick<Admission, 'places'>;
  readonly incomplete: Pick<UploadEvictor, 'survey'>;
  readonly diskReserve: number;
}

/** One look at the incomplete uploads serves all that is read of it. */
const lookForMs = 1_000;

/** Shows the room of the volume, the places for uploads, and uploads that are not complete. */
export function observeUploads({ blobs, admission, incomplete, diskReserve }: UploadSources): Disposable {
  const all = new DisposableStack();
  const uploads = ttlMemo(lookForMs, async () => (await incomplete.survey()).uploads);
  all.use(instruments.volumeFree.observe(async () => known(await blobs.freeBytes())));
  all.use(instruments.volumeSize.observe(async () => known(await blobs.totalBytes())));
  all.use(instruments.volumeReserve.observe(() => [[diskReserve]]));
  all.use(
    instruments.uploadPlaces.observe(() => {
      const { taken, size } = admission.places;
      return [
        [taken, { use: 'taken' }],
        [size - taken, { use: 'free' }],
      ];
    }),
  );
  all.use(instruments.incompleteUploads.observe(async () => [[(await uploads()).length]]));
  all.use(instruments.incompleteBytes.observe(async () => [[bytesOf(await uploads())]]));
  return all;
}

/** Some volumes do not tell. */
function known(bytes: number | undefined): [number][] {
  return bytes === undefined || bytes === Number.MAX_SAFE_INTEGER ? [] : [[bytes]];
}
