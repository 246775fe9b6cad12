import { batch, computed, signal } from '@preact/signals';
import type { ChosenFile, Portions } from './dropped-files.ts';
import { mayShareForm } from './form-sender.ts';
import { newKey, senderFor } from './sender.ts';
import { sendLater } from './sending.ts';
import { count, unfinished } from './totals.ts';
import { change, isUnfinished, refusals, sentOf, type Upload, type UploadState } from './upload-state.ts';

/** Ordered by the newest choice, then by the order of sending. Uploads continue while other pages are shown. */
export const uploads = signal<readonly Upload[]>([]);

/** Those that were refused. */
export const refused = computed(() =>
  refusals.value === 0 ? [] : uploads.value.filter(({ state }) => state.peek().step === 'refused'),
);

/** Refused files come first, because they need action. */
export const refusedFirst = computed(() =>
  refused.value.length === 0
    ? uploads.value
    : [...refused.value, ...uploads.value.filter(({ state }) => state.peek().step !== 'refused')],
);

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
        const at = last === undefined ? 0 : all.indexOf(last) + 1;
        uploads.value = [...all.slice(0, at), ...added, ...all.slice(at)];
      });
      last = added.at(-1) ?? last;
      sendLater(added);
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
    alone: !mayShareForm(chosen.file),
  };
}

/** Keeps the key, so that a lost answer does not make a second file. */
export function sendAgain(upload: Upload): void {
  sendLater([upload]);
}

export function sendRefusedAgain(): void {
  sendLater(refused.peek());
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

/** Leaving the page would interrupt uploads. */
window.addEventListener('beforeunload', (event) => {
  if (unfinished.peek() > 0) event.preventDefault();
});
