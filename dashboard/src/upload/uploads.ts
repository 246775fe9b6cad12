import { computed, type Signal, signal } from '@preact/signals';
import type { FileJson } from '#client/json.ts';
import { getFile, Refusal } from '../api.ts';
import { onChange } from '../live/events.ts';
import type { ChosenFile } from './dropped-files.ts';
import { newKey, putFile } from './put-file.ts';

export type UploadState =
  | { readonly step: 'waiting' }
  | { readonly step: 'sending'; readonly sent: number }
  | { readonly step: 'refused'; readonly problem: Error }
  | { readonly step: 'cancelled' }
  /** Kept: what counts from here on is the state of the file. */
  | { readonly step: 'kept'; readonly id: string; readonly file: FileJson | undefined };

export interface Upload extends ChosenFile {
  readonly key: string;
  readonly state: Signal<UploadState>;
  readonly cancel: AbortController;
}

/** The newest choice first, in the order of sending within it. They go on while other pages are shown. */
export const uploads = signal<readonly Upload[]>([]);
export const unfinished = computed(
  () => uploads.value.filter(({ state }) => state.value.step === 'waiting' || state.value.step === 'sending').length,
);

/** What was refused comes first: somebody has to do something about it. */
export const refusedFirst = computed(() => {
  const isRefused = ({ state }: Upload) => state.value.step === 'refused';
  return [...uploads.value.filter(isRefused), ...uploads.value.filter((upload) => !isRefused(upload))];
});

/** A browser opens six connections to one server; the live events have one, and other calls need some. */
const atOnce = 3;
const tries = 6;
const passing: readonly string[] = ['UNREACHABLE', 'UNAVAILABLE', 'SHUTTING_DOWN', 'OVERLOADED', 'STREAM_IDLE'];

const waiting: Upload[] = [];
let sending = 0;

export function addUploads(chosen: readonly ChosenFile[]): void {
  const added = chosen.map((file) => ({
    ...file,
    key: newKey(),
    state: signal<UploadState>({ step: 'waiting' }),
    cancel: new AbortController(),
  }));
  uploads.value = [...added, ...uploads.value];
  waiting.push(...added);
  while (sending < atOnce && waiting.length > 0) work();
}

/** The same key again: a file that was kept although its answer got lost is not kept twice. */
export function sendAgain(upload: Upload): void {
  upload.state.value = { step: 'waiting' };
  waiting.push(upload);
  if (sending < atOnce) work();
}

export function cancelUpload({ cancel, state }: Upload): void {
  cancel.abort();
  if (state.value.step === 'waiting') state.value = { step: 'cancelled' };
}

export function forgetEnded(): void {
  uploads.value = uploads.value.filter(({ state }) => ['waiting', 'sending'].includes(state.value.step));
}

async function work(): Promise<void> {
  sending += 1;
  for (let upload = waiting.shift(); upload !== undefined; upload = waiting.shift()) await send(upload);
  sending -= 1;
}

async function send(upload: Upload): Promise<void> {
  const { file, key, state, cancel } = upload;
  const options = {
    key,
    signal: cancel.signal,
    onProgress: (sent: number) => {
      state.value = { step: 'sending', sent };
    },
  };
  try {
    if (cancel.signal.aborted) return;
    options.onProgress(0);
    const { id } = await withPatience(() => putFile(file, options), cancel.signal);
    state.value = { step: 'kept', id, file: undefined };
    await look(upload, id);
  } catch (error) {
    const ended = cancel.signal.aborted ? ({ step: 'cancelled' } as const) : refused(error);
    if (state.value.step !== 'kept') state.value = ended;
  }
}

function refused(error: unknown): UploadState {
  return { step: 'refused', problem: error as Error };
}

async function withPatience<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const isPassing = error instanceof Refusal && passing.includes(error.reason);
      if (!isPassing || tried === tries || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried * (0.5 + Math.random() / 2)));
    }
  }
}

/** Its first changes may have been told of before its id was known here. */
async function look({ state }: Upload, id: string): Promise<void> {
  const file = await getFile(id);
  if (state.value.step === 'kept' && state.value.file === undefined) state.value = { step: 'kept', id, file };
}

onChange((changed) => {
  const news = new Map(changed.files.map((file) => [file.id, file]));
  for (const upload of uploads.peek()) {
    const state = upload.state.peek();
    if (state.step !== 'kept') continue;
    const file = news.get(state.id);
    if (file !== undefined) upload.state.value = { ...state, file };
    else if (changed.look_again && !hasEnded(state.file))
      getFile(state.id).then(
        (found) => {
          // Whatever was told of meanwhile is newer.
          if (upload.state.peek() === state) upload.state.value = { ...state, file: found };
        },
        () => undefined,
      );
  }
});

function hasEnded(file: FileJson | undefined): boolean {
  return file?.status === 'COMPLETED' || file?.status === 'FAILED';
}

/** Leaving the page would break off what is being sent. */
window.addEventListener('beforeunload', (event) => {
  if (unfinished.peek() > 0) event.preventDefault();
});
