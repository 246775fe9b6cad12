/** The texts of documents that are kept on request, compressed with zstd (RFC 8878), by the id of the file. */
export interface TextStore {
  /** Replaces an earlier text of the file. When it rejects, the earlier one is still there. @throws FilemillError DISK_FULL */
  keep(fileId: string, compressed: Uint8Array): Promise<void>;
  /** The text in UTF-8, cut anywhere; undefined if none is kept. */
  open(fileId: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** May be repeated. */
  remove(fileId: string): Promise<void>;
  /** The files whose texts were kept before `before`, in batches of at most 1,000. */
  keptBefore(before: Date): AsyncIterable<readonly string[]>;
}
