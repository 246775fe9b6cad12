/** Memoizes `look` for `ms`: calls within that time share one answer, including a rejection. */
export function ttlMemo<T>(ms: number, look: () => Promise<T>): () => Promise<T> {
  let latest: { readonly answer: Promise<T>; readonly staleAt: number } | undefined;
  return () => {
    const now = performance.now();
    if (latest === undefined || now >= latest.staleAt) latest = { answer: look(), staleAt: now + ms };
    return latest.answer;
  };
}
