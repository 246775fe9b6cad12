/** The stream of rings: one entry is one file id. */
export function workStream(): string {
  return 'filemill:work';
}

/** The consumer group that all workers share, so that each ring is heard once. */
export function workGroup(): string {
  return 'workers';
}

/** The field of a stream entry that holds the file id. */
export function fileIdField(): string {
  return 'id';
}
