import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import { Refusal } from '../api.ts';
import type { ChosenFile } from './dropped-files.ts';
import { followFile } from './followed-files.ts';
import { mayShareForm, most, type Outcome, sendForm } from './form-sender.ts';
import { withPatience } from './patience.ts';
import { newKey, type Sender, senderFor } from './sender.ts';
import { count, totals, unfinished } from './totals.ts';

export type UploadState =
  | { readonly step: 'waiting' | 'paused'; readonly sent: number }
  /** `shared`: in one request with others, so that it cannot be cancelled alone. */
  | { readonly step: 'sending'; readonly sent: number; readonly hindrance?: Error; readonly shared?: boolean }
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
  /** Whether it is sent in a request of its own. */
  alone: boolean;
}

/** Ordered by the newest choice, then by the order of sending. Uploads continue while other pages are shown. */
export const uploads = signal<readonly Upload[]>([]);

/** Refused files come first, because they need action. */
export const refusedFirst = computed(() => {
  const isRefused = ({ state }: Upload) => state.value.step === 'refused';
  return [...uploads.value.filter(isRefused), ...uploads.value.filter((upload) => !isRefused(upload))];
});

/** Those that were refused, as far as there are any. */
export const refused = computed(() =>
  totals.value.refused === 0 ? [] : uploads.value.filter(({ state }) => state.peek().step === 'refused'),
);

/** A browser opens six connections to a server; live events take one, and other calls need some. */
const atOnce = 3;

/** From so many small files on, they share requests. */
const fewest = 8;

const waiting: Upload[] = [];
let sending = 0;

export function addUploads(chosen: readonly ChosenFile[]): void {
  const added = chosen.map((file): Upload => {
    const key = newKey();
    const state = signal<UploadState>({ step: 'waiting', sent: 0 });
    const alone = chosen.length < fewest || !mayShareForm(file);
    return { ...file, key, sender: senderFor({ ...file, key }), state, stop: new AbortController(), alone };
  });
  batch(() => {
    for (const { file, state } of added) count(file.size, state.peek(), 1);
    uploads.value = [...added, ...uploads.value];
  });
  waiting.push(...added);
  startWork();
}

/** Keeps the key, so that a lost answer does not make a second file. */
export function sendAgain(upload: Upload): void {
  upload.alone = true;
  change(upload, { step: 'waiting', sent: sentOf(upload) });
  waiting.push(upload);
  startWork();
}

export function sendRefusedAgain(): void {
  forEach(refused.peek(), sendAgain);
}

export function pauseUpload(upload: Upload): void {
  change(upload, { step: 'paused', sent: sentOf(upload) });
  upload.stop.abort();
}

export function cancelUpload(upload: Upload): void {
  change(upload, { step: 'cancelled' });
  upload.stop.abort();
  upload.sender.forget();
}

export function cancelAll(): void {
  batch(() => {
    for (const upload of uploads.peek()) {
      const state = upload.state.peek();
      const isShared = state.step === 'sending' && state.shared;
      if (isUnfinished(upload) && !isShared) cancelUpload(upload);
    }
  });
}

export function forgetEnded(): void {
  batch(() => {
    for (const upload of uploads.peek()) if (!isUnfinished(upload)) count(upload.file.size, upload.state.peek(), -1);
    uploads.value = uploads.value.filter(isUnfinished);
  });
}

function startWork(): void {
  while (sending < atOnce && waiting.length > sending) void work();
}

async function work(): Promise<void> {
  sending += 1;
  for (let next = takeNext(); next.length > 0; next = takeNext()) {
    const [first] = next;
    if (next.length > 1) await sendTogether(next);
    else if (first !== undefined) await send(first);
  }
  sending -= 1;
}

/** The next upload, with those behind it that can share a request with it. */
function takeNext(): readonly Upload[] {
  const taken: Upload[] = [];
  let bytes = 0;
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    const isWaiting = next.state.peek().step === 'waiting';
    bytes += next.file.size;
    const isFull = taken.length === most.files || bytes > most.bytes;
    if (isWaiting && taken.length > 0 && (next.alone || isFull)) break;
    waiting.shift();
    if (!isWaiting) continue;
    taken.push(next);
    if (next.alone) break;
  }
  return taken;
}

async function send(upload: Upload): Promise<void> {
  const { file, sender } = upload;
  upload.stop = new AbortController();
  const { signal } = upload.stop;
  let farthest = 0;
  change(upload, { step: 'sending', sent: sentOf(upload) });
  const attempt = async (onProgress: () => void) => {
    await requireReadable(file);
    return await sender.send(signal, (sent) => {
      if (signal.aborted) return;
      change(upload, { step: 'sending', sent });
      if (sent > farthest) onProgress();
      farthest = Math.max(farthest, sent);
    });
  };
  try {
    const id = await withPatience(attempt, signal, (hindrance) => {
      change(upload, { step: 'sending', sent: sentOf(upload), hindrance });
    });
    end(upload, id);
  } catch (error) {
    if (signal.aborted) return;
    end(upload, error as Error);
    // The partial upload does not fit the changed bytes.
    if (error instanceof Refusal && error.reason === 'FILE_UNREADABLE') sender.forget();
  }
}

/** Sends small files in one request, or each by itself when that was refused. */
async function sendTogether(group: readonly Upload[]): Promise<void> {
  const tell = (state: UploadState) => forEach(group, (upload) => change(upload, state));
  tell({ step: 'sending', sent: 0, shared: true });
  const key = newKey();
  let outcomes: readonly Outcome[];
  try {
    outcomes = await withPatience(
      () => sendReadable(group, key),
      new AbortController().signal,
      (hindrance) => tell({ step: 'sending', sent: 0, shared: true, hindrance }),
    );
  } catch {
    return forEach(group, sendAgain);
  }
  forEach(group, (upload, n) => end(upload, outcomes[n] ?? new Error('The server said nothing of it.')));
}

/** Looks at the files only when the request fails, because looking at each takes longer than sending it. */
async function sendReadable(group: readonly Upload[], key: string): Promise<readonly Outcome[]> {
  try {
    return await sendForm(group, key);
  } catch (error) {
    await Promise.all(group.map(({ file }) => requireReadable(file)));
    throw error;
  }
}

/** Shows all the changes at once. */
function forEach(group: readonly Upload[], act: (upload: Upload, n: number) => void): void {
  batch(() => {
    for (const [n, upload] of group.entries()) act(upload, n);
  });
}

/** @param outcome the id under which it is kept, or why it is not */
function end(upload: Upload, outcome: string | Error): void {
  change(
    upload,
    typeof outcome === 'string'
      ? { step: 'kept', id: outcome, file: followFile(outcome) }
      : { step: 'refused', problem: outcome },
  );
}

function change({ file, state }: Upload, to: UploadState): void {
  batch(() => {
    count(file.size, state.peek(), -1);
    state.value = to;
    count(file.size, to, 1);
  });
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
  return 'sent' in state.peek() ? (state.peek() as { readonly sent: number }).sent : 0;
}

function isUnfinished({ state }: Upload): boolean {
  return ['waiting', 'sending', 'paused'].includes(state.value.step);
}

/** Leaving the page would interrupt uploads. */
window.addEventListener('beforeunload', (event) => {
  if (unfinished.peek() > 0) event.preventDefault();
});
