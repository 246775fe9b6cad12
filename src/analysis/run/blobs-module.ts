import type { BlobReader } from '#domain/blob-store.ts';

/** The module whose `openBlobs(options)` makes the BlobReader for blobs without a local path. */
export interface BlobsModule {
  readonly url: string;
  /** Plain data. */
  readonly options: unknown;
}

export async function openBlobs({ url, options }: BlobsModule): Promise<BlobReader> {
  const module = (await import(url)) as { openBlobs(options: unknown): BlobReader };
  return module.openBlobs(options);
}
