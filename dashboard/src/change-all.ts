import { deleteFiles, listFiles, retryFiles } from './api.ts';

export type Change = 'retry' | 'delete';

/** As many as one request may name. */
const groupSize = 1_000;

/**
 * Changes all files that match, group by group, each once: a file that matches again after its change stays behind the place
 * that the search has reached.
 *
 * @returns how many were changed
 */
export async function changeAll(
  change: Change,
  request: URLSearchParams,
  { onProgress, signal }: { readonly onProgress: (changed: number) => void; readonly signal: AbortSignal },
): Promise<number> {
  let changed = 0;
  let token = '';
  do {
    const asked = new URLSearchParams([...request, ['page_size', String(groupSize)], ['page_token', token]]);
    const page = await listFiles(asked, signal);
    if (page.files.length > 0)
      changed += await changeSome(
        change,
        page.files.map(({ id }) => id),
      );
    onProgress(changed);
    token = page.next_page_token;
  } while (token !== '' && !signal.aborted);
  return changed;
}

/** @returns how many were changed */
export async function changeSome(change: Change, ids: readonly string[]): Promise<number> {
  const { items } = change === 'retry' ? await retryFiles(ids) : await deleteFiles(ids);
  return items.filter(({ outcome }) => outcome === 'RETRIED' || outcome === 'DELETED').length;
}
