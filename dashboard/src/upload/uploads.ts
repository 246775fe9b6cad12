import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#contract/schemas.ts';
import { Refusal } from '../api.ts';
import type { ChosenFile, Portions } from './dropped-files.ts';
import { followFile } from './followed-files.ts';
import { bytesInForm, most, type Outcome, sendForm } from './form-sender.ts';
import { withPatience } from './patience.ts';
import { newKey, requestSize, type Sender, senderFor } from './sender.ts';
import { count, unfinished } from './totals.ts';

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

/** Ordered by the newest choice, then by the order of sending. Uploads continue while other pages are shown. */
export const uploads = signal<readonly Upload[]>([]);

/** Grows whenever an upload is refused, or is not refused any longer: thousands of uploads are not looked at for each change. */
const refusals = signal(0);

/** Those that were refused. */
export const refused = computed(() => {
  refusals.value;
  return uploads.value.filter(({ state }) => state.peek().step === 'refused');
});

/** Refused files come first, because they need action. */
export const refusedFirst = computed(() =>
  refused.value.length === 0
    ? uploads.value
    : [...refused.value, ...uploads.value.filter(({ state }) => state.peek().step !== 'refused')],
);

/** A browser opens six connections to a server; live events take one, and other calls need some. */
const atOnce = 3;

const waiting: Upload[] = [];
let sending = 0;

/** How many searches through dropped folders go on, whose files are not all known yet. */
export const searches = signal(0);

/** Sends files as they are found. @throws what the search throws; files that were found before are sent */
export async function addUploads(portions: Portions): Promise<void> {
  let last: Upload | undefined;
  searches.value += 1;
  try {
    for await (const chosen of portions) {
      const added = chosen.map(uploadOf);
      batch(() => {
        for (const { file, state } of added) count(file.size, state.peek(), 1);
        const all = uploads.peek();
        uploads.value = all.toSpliced(last === undefined ? 0 : all.indexOf(last) + 1, 0, ...added);
      });
      last = added.at(-1) ?? last;
      waiting.push(...added);
      startWork();
    }
  } finally {
    searches.value -= 1;
  }
}

function uploadOf(chosen: ChosenFile): Upload {
  const key = newKey();
  return {
    ...chosen,
    key,
    sender: senderFor({ ...chosen, key }),
    state: signal<UploadState>({ step: 'waiting', sent: 0 }),
    stop: new AbortController(),
    alone: chosen.file.size > most.bytesOfFile,
  };
}

/** Keeps the key, so that a lost answer does not make a second file. */
export function sendAgain(upload: Upload): void {
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
    for (const upload of uploads.peek()) if (isUnfinished(upload)) cancelUpload(upload);
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
    if (next.state.peek().step !== 'waiting') {
      waiting.shift();
      continue;
    }
    bytes += bytesInForm(next);
    const isFull = taken.length === most.files || bytes > Math.min(most.bytes, requestSize.bytes);
    if (taken.length > 0 && (next.alone || isFull)) break;
    waiting.shift();
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

/** Sends small files in one request. Each has a key of its own, so that it may go again with others, or alone. */
async function sendTogether(group: readonly Upload[]): Promise<void> {
  const stop = new AbortController();
  forEach(group, (upload) => {
    upload.stop = stop;
    change(upload, { step: 'sending', sent: 0 });
  });
  let farthest = 0;
  const attempt = (onProgress: () => void) =>
    sendReadable(group, stop.signal, (share) => {
      showProgress(group, share);
      if (share > farthest) onProgress();
      farthest = Math.max(farthest, share);
    });
  try {
    const outcomes = await withPatience(attempt, stop.signal, (hindrance) =>
      forEach(group, (upload) => change(upload, { step: 'sending', sent: 0, hindrance })),
    );
    forEach(group, (upload, n) => end(upload, outcomes[n] ?? new Error('The server said nothing of it.')));
  } catch (error) {
    // When one of them was cancelled, the others go again.
    if (stop.signal.aborted) waitAgain(group.filter(({ state }) => state.peek().step === 'sending'));
    else goOnInParts(group, error as Error);
  }
}

/** Sends them again: in smaller forms when a proxy takes none of this size, each by itself when one of them may be the cause. */
function goOnInParts(group: readonly Upload[], error: Error): void {
  const { reason } = error as Partial<Refusal>;
  const isProxys = reason?.startsWith('PROXY_') === true;
  if (!isProxys && reason !== 'FILE_UNREADABLE') return forEach(group, (upload) => end(upload, error));
  const bytes = group.reduce((sum, upload) => sum + bytesInForm(upload), 0);
  const fitsInParts = reason === 'PROXY_LIMIT' && requestSize.refused(bytes);
  if (!fitsInParts) for (const upload of group) upload.alone = true;
  waitAgain(group);
}

/** Puts them at the head of the queue. */
function waitAgain(group: readonly Upload[]): void {
  forEach(group, (upload) => change(upload, { step: 'waiting', sent: 0 }));
  waiting.unshift(...group);
}

/** Looks at the files only when the request fails, because looking at each takes longer than sending it. */
async function sendReadable(
  group: readonly Upload[],
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<readonly Outcome[]> {
  try {
    return await sendForm(group, signal, onProgress);
  } catch (error) {
    if (!signal.aborted) await Promise.all(group.map(({ file }) => requireReadable(file)));
    throw error;
  }
}

/** A form is sent from its first file to its last. */
function showProgress(group: readonly Upload[], share: number): void {
  let left = share * group.reduce((sum, { file }) => sum + file.size, 0);
  forEach(group, (upload) => {
    const sent = Math.min(Math.round(left), upload.file.size);
    left = Math.max(0, left - upload.file.size);
    if (sent !== sentOf(upload)) change(upload, { step: 'sending', sent });
  });
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
  const from = state.peek();
  batch(() => {
    count(file.size, from, -1);
    state.value = to;
    count(file.size, to, 1);
    if ((from.step === 'refused') !== (to.step === 'refused')) refusals.value += 1;
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
