import { fileFacets, mostCounted } from '#adapters/postgres/files/facets.ts';
import { timeOfId } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import type { MetadataContext, Route } from '../context.ts';
import { toFileFilter } from '../file-filter.ts';

const mostValues = 20;

export function countFilesRoute({ reads }: MetadataContext): Route<'countFiles'> {
  return async (request, call) => {
    const { answer, searchedTo } = await fileFacets(
      reads.for(call),
      reachOf(call.caller),
      toFileFilter(request.filter),
    );
    const { files, bytes, capped, facets } = answer;
    return {
      files: BigInt(Math.min(files, mostCounted)),
      bytes: BigInt(bytes),
      capped,
      facets: [...facets].map(([name, values]) => ({
        name,
        values: values.slice(0, mostValues).map(({ value, files }) => ({ value, files: BigInt(files) })),
      })),
      countedFrom: timeOfId(searchedTo),
    };
  };
}
