/**
 * Loaded before a service, this makes it send each item by itself, one row a call: the baseline for batches.
 */
import { registerHooks } from 'node:module';

const replacement = new URL('single-sender.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const isProducts = resolved.url.endsWith('/platform/batcher.ts') && context.parentURL !== replacement;
    return isProducts ? { ...resolved, url: replacement } : resolved;
  },
});
