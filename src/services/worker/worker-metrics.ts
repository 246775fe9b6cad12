import { instruments } from '#platform/telemetry/instruments.ts';

interface WorkSources {
  readonly analysis: { readonly threads: number };
  readonly isolates: { readonly busy: number };
  readonly processor: { readonly busyThreads: number; readonly held: number };
}

/** Shows how busy this worker is. */
export function observeWork({ analysis, isolates, processor }: WorkSources): Disposable {
  const all = new DisposableStack();
  all.use(
    instruments.analysisThreads.observe(() => {
      const busy = processor.busyThreads;
      return [
        [busy, { use: 'busy' }],
        [analysis.threads - busy, { use: 'free' }],
      ];
    }),
  );
  all.use(instruments.isolates.observe(() => [[isolates.busy]]));
  all.use(instruments.claimsHeld.observe(() => [[processor.held]]));
  return all;
}
