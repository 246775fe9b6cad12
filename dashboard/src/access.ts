import { computed, signal } from '@preact/signals';
import type { Json } from '#contract/schemas.ts';
import type { Scope } from '#domain/access.ts';

export type Caller = Json<'Caller'>;

/** The identity of whoever uses the page. It is undefined until the server has answered, and while it does not answer. */
export const caller = signal<Caller | undefined>(undefined);

/** `asking` until the server has answered for the first time; `refused` while nobody is signed in. */
export const admission = signal<'asking' | 'admitted' | 'refused'>('asking');

/** Whether callers need credentials, so that commands have to carry some. */
export const needsCredentials = computed(() => caller.value !== undefined && caller.value.kind !== 'anonymous');

/** Whether an action is offered; the server decides. */
export function may(scope: Scope): boolean {
  const { scopes } = caller.value ?? {};
  return scopes === undefined || scopes.includes(scope) || scopes.includes('admin');
}

/** Another site cannot make a browser send this header, which shows that the page itself asks for a change. */
export const pageHeader = { 'X-Filemill-Page': '1' } as const;
