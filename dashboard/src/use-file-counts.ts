import { useEffect, useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { countFiles } from './api.ts';

export type FileCounts = Json<'FileCounts'>;

/** How many files match, and of which kinds. What was known before is shown until the answer comes. @param round counts anew */
export function useFileCounts(request: string, round: number): FileCounts | undefined {
  const [counts, show] = useState<FileCounts>();
  useEffect(() => {
    const asking = new AbortController();
    // The list says what is wrong with a search.
    countFiles(new URLSearchParams(request), asking.signal).then(show, () => undefined);
    return () => asking.abort();
  }, [request, round]);
  return counts;
}
