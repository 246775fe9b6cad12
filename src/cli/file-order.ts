import { InvalidArgumentError } from 'commander';
import type { FileSort } from '#domain/file-sort.ts';

/** What each column is sorted by on the server. */
const orders = {
  created: 'created_at',
  name: 'filename',
  size: 'size',
  words: 'word_count',
  time: 'duration',
} as const satisfies Readonly<Record<string, FileSort['by']>>;

export const orderNames = Object.keys(orders) as readonly (keyof typeof orders)[];

export interface FileOrder {
  /** As in `ListFilesRequest.order_by`. */
  readonly orderBy: string;
}

/** Reads `size` or `size:desc`. The server sorts, never this program: it would sort a page and call it the order of all. */
export function fileOrder(text: string): FileOrder {
  const [, column, direction] = /^(\w+)(?::(asc|desc))?$/.exec(text.toLowerCase()) ?? [];
  const name = orderNames.find((known) => known === column);
  if (name === undefined)
    throw new InvalidArgumentError(`Expected one of ${orderNames.join(', ')}, perhaps with :desc behind it.`);
  return { orderBy: `${orders[name]}${direction === 'desc' ? ' desc' : ''}` };
}
