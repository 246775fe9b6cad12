import { effect, signal } from '@preact/signals';
import type { Json } from '#contract/schemas.ts';
import { addressOf } from '../base.ts';
import { paused } from './events.ts';

/** What the server cannot do, or does without; undefined until it has told. */
export const readiness = signal<Json<'Ready'> | undefined>(undefined);

const everyMs = 5_000;

/** Asks again and again while the page is live: a store that refuses changes no file, and so comes with no event. */
export function startReadiness(): void {
  effect(() => {
    if (paused.value) return undefined;
    void ask();
    const timer = setInterval(ask, everyMs);
    return () => clearInterval(timer);
  });
}

/** Of a server that does not answer, `ConnectionBanner` tells. */
async function ask(): Promise<void> {
  try {
    const response = await fetch(addressOf('readyz'));
    const answer = (await response.json()) as Json<'Ready'>;
    if (Array.isArray(answer.missing)) readiness.value = answer;
  } catch {
    readiness.value = undefined;
  }
}
