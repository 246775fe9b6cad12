import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import type { ChosenFile } from './dropped-files.ts';
import { followFile } from './followed-files.ts';
import type { Sender } from './sender.ts';
import { count } from './totals.ts';

export type UploadState =
  | { readonly step: 'waiting' | 'paused'; readonly sent: number }
  | { readonly step: 'sending'; readonly sent: number; readonly hindrance?: Error }
  | { readonly step: 'refused'; readonly problem: Error }
  | { readonly step: 'cancelled' }
  /** The file is stored; from now on its own state counts. */
  | { readonly step: 'kept'; readonly id: string; readonly file: ReadonlySignal<FileJson | undefined> };

export interface Upload extends ChosenFile {
  readonly key: string;
  readonly sender: Sender;
  readonly state: Signal<UploadState>;
  /** Aborts the current attempt, which it may share with others. */
  stop: AbortController;
  /** Whether it is sent in a request of its own. */
  alone: boolean;
}

/** Grows whenever an upload is refused, or is not refused any longer: not all of thousands are looked at for each change. */
export const refusals = signal(0);

/** Shows all the changes at once. */
export function forEach(group: readonly Upload[], act: (upload: Upload, n: number) => void): void {
  batch(() => {
    for (const [n, upload] of group.entries()) act(upload, n);
  });
}

/** @param outcome the id under which it is kept, or why it is not */
export function end(upload: Upload, outcome: string | Error): void {
  change(
    upload,
    typeof outcome === 'string'
      ? { step: 'kept', id: outcome, file: followFile(outcome) }
      : { step: 'refused', problem: outcome },
  );
}

export function change({ file, state }: Upload, to: UploadState): void {
  const from = state.peek();
  batch(() => {
    count(file.size, from, -1);
    state.value = to;
    count(file.size, to, 1);
    if ((from.step === 'refused') !== (to.step === 'refused')) refusals.value += 1;
  });
}

export function sentOf({ state }: Upload): number {
  return 'sent' in state.peek() ? (state.peek() as { readonly sent: number }).sent : 0;
}

export function isUnfinished({ state }: Upload): boolean {
  return ['waiting', 'sending', 'paused'].includes(state.value.step);
}
