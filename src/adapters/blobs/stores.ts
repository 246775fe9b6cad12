import type { BlobReader } from '#domain/blob-store.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import type { TextStore } from '#domain/text-store.ts';
import type { Logger } from '#platform/logger.ts';
import { S3Client } from '../s3/client/client.ts';
import { isS3Key } from '../s3/layout.ts';
import { S3PartialBlobStore } from '../s3/partial/s3-partial-blob-store.ts';
import { S3BlobStore } from '../s3/s3-blob-store.ts';
import { S3TextStore } from '../s3/texts/s3-text-store.ts';
import { LocalBlobStore } from '../volume/local-blob-store.ts';
import { LocalTextStore } from '../volume/texts/local-text-store.ts';
import { StoreReader } from './readers.ts';
import type { StorePlaces } from './settings.ts';
import { TwoTextStores } from './texts.ts';
import { type KeptBlobs, TwoBlobStores } from './two-blob-stores.ts';
import { TwoPartialBlobStores } from './two-partial-blob-stores.ts';

/** All that the upload service does with bytes. */
export interface Stores extends AsyncDisposable {
  readonly blobs: KeptBlobs;
  readonly partial: PartialBlobStore;
  readonly texts: TextStore;
  readonly reader: BlobReader;
}

interface StoreOptions {
  /** Smaller blobs, in bytes, share objects. */
  readonly packBelow: number;
  readonly segmentAgeMs: number;
  readonly logger: Logger;
}

/** @param bucket a client of the bucket, if one of the stores is there */
export async function openStores(
  { volume, first }: StorePlaces,
  bucket: S3Client | undefined,
  options: StoreOptions,
): Promise<Stores> {
  await using opening = new AsyncDisposableStack();
  const local = volume === undefined ? undefined : opening.use(await LocalBlobStore.open(volume, options));
  const remote = bucket && {
    blobs: new S3BlobStore(bucket, options),
    partial: new S3PartialBlobStore(bucket),
  };
  const isFirst = (storageKey: string) => isS3Key(storageKey) === (first === 's3');
  const blobs = inOrder<KeptBlobs>(first, local, remote?.blobs, (one, other) => new TwoBlobStores(one, other, isFirst));
  const twoPartial = (one: PartialBlobStore, other: PartialBlobStore) => new TwoPartialBlobStores(one, other);
  const partial = inOrder<PartialBlobStore>(first, local?.partial, remote?.partial, twoPartial);
  // Workers that keep texts may be given this folder alone to write to.
  if (volume !== undefined) await new LocalTextStore(volume).prepare();
  const resources = opening.move();
  return {
    blobs,
    partial,
    texts: openTexts({ volume, first }, bucket),
    reader: new StoreReader(volume, bucket),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export function openTexts(
  { volume, first }: Pick<StorePlaces, 'volume' | 'first'>,
  bucket: S3Client | undefined,
): TextStore {
  const local = volume === undefined ? undefined : new LocalTextStore(volume);
  const remote = bucket && new S3TextStore(bucket);
  return inOrder<TextStore>(first, local, remote, (one, other) => new TwoTextStores(one, other));
}

/** Joins the parts of two stores, the first of them first; or answers with the only one. */
function inOrder<Part>(
  first: StorePlaces['first'],
  local: Part | undefined,
  remote: Part | undefined,
  join: (one: Part, other: Part) => Part,
): Part {
  const [one, other] = first === 'volume' ? [local, remote] : [remote, local];
  if (one === undefined) throw new Error('The settings name no store.');
  return other === undefined ? one : join(one, other);
}

/** A client of the bucket that the settings name, if they do. */
export function openBucket({ s3 }: StorePlaces): S3Client | undefined {
  return s3 && new S3Client(s3);
}
