/** What lists of files can be sorted by. */
export const sortKeys = ['created_at', 'filename', 'size', 'word_count', 'duration'] as const;

export interface FileSort {
  readonly by: (typeof sortKeys)[number];
  readonly order: 'asc' | 'desc';
}

export const newestFirst: FileSort = { by: 'created_at', order: 'desc' };
