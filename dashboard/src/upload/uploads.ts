import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import { Refusal } from '../api.ts';
import type { ChosenFile } from './dropped-files.ts';
import { followFile } from './followed-files.ts';
import { withPatience } from './patience.ts';
import { newKey, type Sender, senderFor } from './sender.ts';

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
  /** Aborts the current attempt. */
  stop: AbortController;
}

/** Ordered by the newest choice, then by the order of sending. Uploads continue while other pages are shown. */
export const uploads = signal<readonly Upload[]>([]);
export const unfinished = computed(() => uploads.value.filter(isUnfinished).length);

/** Refused files come first, because they need action. */
export const refusedFirst = computed(() => {
  const isRefused = ({ state }: Upload) => state.value.step === 'refused';
  return [...uploads.value.filter(isRefused), ...uploads.value.filter((upload) => !isRefused(upload))];
});

/** A browser opens six connections to a server; live events take one, and other calls need some. */
const atOnce = 3;

const waiting: Upload[] = [];
let sending = 0;

export function addUploads(chosen: readonly ChosenFile[]): void {
  const added = chosen.map((file): Upload => {
    const key = newKey();
    const state = signal<UploadState>({ step: 'waiting', sent: 0 });
    return { ...file, key, sender: senderFor({ ...file, key }), state, stop: new AbortController() };
  });
  uploads.value = [...added, ...uploads.value];
  waiting.push(...added);
  while (sending < atOnce && waiting.length > 0) void work();
}

/** Keeps the key, so that a lost answer does not make a second file. */
export function sendAgain(upload: Upload): void {
  upload.state.value = { step: 'waiting', sent: sentOf(upload) };
  waiting.push(upload);
  if (sending < atOnce) void work();
}

export function pauseUpload(upload: Upload): void {
  upload.state.value = { step: 'paused', sent: sentOf(upload) };
  upload.stop.abort();
}

export function cancelUpload({ state, stop, sender }: Upload): void {
  state.value = { step: 'cancelled' };
  stop.abort();
  sender.forget();
}

export function forgetEnded(): void {
  uploads.value = uploads.value.filter(isUnfinished);
}

async function work(): Promise<void> {
  sending += 1;
  for (let upload = waiting.shift(); upload !== undefined; upload = waiting.shift())
    if (upload.state.value.step === 'waiting') await send(upload);
  sending -= 1;
}

async function send(upload: Upload): Promise<void> {
  const { file, sender, state } = upload;
  upload.stop = new AbortController();
  const { signal } = upload.stop;
  let farthest = 0;
  state.value = { step: 'sending', sent: sentOf(upload) };
  const attempt = async (onProgress: () => void) => {
    await requireReadable(file);
    return await sender.send(signal, (sent) => {
      if (signal.aborted) return;
      state.value = { step: 'sending', sent };
      if (sent > farthest) onProgress();
      farthest = Math.max(farthest, sent);
    });
  };
  try {
    const id = await withPatience(attempt, signal, (hindrance) => {
      state.value = { step: 'sending', sent: sentOf(upload), hindrance };
    });
    state.value = { step: 'kept', id, file: followFile(id) };
  } catch (error) {
    if (signal.aborted) return;
    state.value = { step: 'refused', problem: error as Error };
    // The partial upload does not fit the changed bytes.
    if (error instanceof Refusal && error.reason === 'FILE_UNREADABLE') sender.forget();
  }
}

/** A browser reports a file that has changed since it was chosen like a server that is away. */
async function requireReadable(file: File): Promise<void> {
  await file
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => {
      const [detail, action] = ['The file changed since it was chosen, or is gone.', 'Choose it again.'];
      throw new Refusal({ detail, reason: 'FILE_UNREADABLE', action });
    });
}

function sentOf({ state }: Upload): number {
  return 'sent' in state.value ? state.value.sent : 0;
}

function isUnfinished({ state }: Upload): boolean {
  return ['waiting', 'sending', 'paused'].includes(state.value.step);
}

/** Leaving the page would interrupt uploads. */
window.addEventListener('beforeunload', (event) => {
  if (unfinished.peek() > 0) event.preventDefault();
});
