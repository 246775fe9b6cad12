import { effect, signal } from '@preact/signals';
import type { Json } from '#contract/schemas.ts';
import { addressOf } from '../base.ts';
import { paused } from './events.ts';

/** The problems of the server; undefined until it has answered. */
export const readiness = signal<Json<'Ready'> | undefined>(undefined);

const everyMs = 5_000;

/** Polls while the page is live, because a store that refuses writes changes no file and so causes no event. */
export function startReadiness(): void {
  effect(() => {
    if (paused.value) return undefined;
    void ask();
    const timer = setInterval(ask, everyMs);
    return () => clearInterval(timer);
  });
}

/** `ConnectionBanner` reports a server that does not answer. */
async function ask(): Promise<void> {
  try {
    const response = await fetch(addressOf('readyz'));
    const answer = (await response.json()) as Json<'Ready'>;
    if (Array.isArray(answer.missing)) readiness.value = answer;
  } catch {
    readiness.value = undefined;
  }
}
