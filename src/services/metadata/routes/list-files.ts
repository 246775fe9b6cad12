import { z } from 'zod';
import { type ListPosition, listFiles } from '#adapters/postgres/files/file-lists.ts';
import { type SortedPosition, sortFiles } from '#adapters/postgres/files/sorted-files.ts';
import { notAToken, openPlace, pageSize, sealPlace } from '#contract/requests.ts';
import { fileToMessage, timeOfId } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { type FileSort, newestFirst, sortKeys } from '#domain/file-sort.ts';
import type { MetadataContext, Route } from '../context.ts';
import { toFileFilter } from '../file-filter.ts';

export function listFilesRoute({ reads }: MetadataContext): Route<'listFiles'> {
  return async (request, call) => {
    const tenant = reachOf(call.caller);
    const filter = toFileFilter(request.filter);
    const sort = toSort(request.orderBy);
    const shown = { limit: pageSize(request.pageSize), withFound: request.withFound };
    // In the order of creation a token is bound to the filter alone, as it was before there were others.
    const bound = sort.by === 'created_at' && sort.order === 'desc' ? [filter, tenant] : [filter, tenant, sort];
    const searches = reads.for(call);
    const place = openPlace(request.pageToken, bound);
    if (sort.by === 'created_at') {
      const from = place === undefined ? undefined : toListPosition(place);
      const { files, next, searchedTo } = await listFiles(searches, tenant, filter, {
        ...shown,
        order: sort.order,
        from,
      });
      return {
        files: files.map(fileToMessage),
        nextPageToken: next === undefined ? '' : sealPlace([next.after, next.window].join(' ').trim(), bound),
        searchedTo: timeOfId(searchedTo),
      };
    }
    const from = place === undefined ? undefined : toSortedPosition(place, sort);
    const { answer, searchedTo } = await sortFiles(searches, tenant, filter, { ...shown, sort, from });
    return {
      files: answer.files.map(fileToMessage),
      nextPageToken: answer.next === undefined ? '' : sealPlace(JSON.stringify(answer.next), bound),
      sortCapped: answer.capped,
      searchedTo: timeOfId(searchedTo),
    };
  };
}

/** @throws FilemillError REQUEST_INVALID */
function toSort(orderBy: string): FileSort {
  if (orderBy === '') return newestFirst;
  const [, name, direction] = /^(\w+)(?: (asc|desc))?$/.exec(orderBy.trim()) ?? [];
  const by = sortKeys.find((key) => key === name);
  if (by !== undefined) return { by, order: direction === 'desc' ? 'desc' : 'asc' };
  throw new FilemillError(
    'REQUEST_INVALID',
    `\`order_by\` must be one of ${sortKeys.join(', ')}, perhaps followed by " desc".`,
  );
}

const listPosition = z.tuple([
  z.uuid(),
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .optional(),
]);

/** @throws FilemillError REQUEST_INVALID */
function toListPosition(place: string): ListPosition {
  const { data } = listPosition.safeParse(place.split(' '));
  if (data === undefined) throw notAToken();
  return { after: data[0], window: data[1] };
}

const sortedPosition = z.strictObject({ newest: z.uuid(), key: z.string(), id: z.uuid() });

/** @throws FilemillError REQUEST_INVALID */
function toSortedPosition(place: string, { by }: FileSort): SortedPosition {
  try {
    const position = sortedPosition.parse(JSON.parse(place));
    if (position.key.includes('\0') || (by !== 'filename' && Number.isNaN(Number(position.key)))) throw notAToken();
    return position;
  } catch {
    throw notAToken();
  }
}
