import { Refusal } from '../api.ts';
import { bytesInForm, most, type Outcome, sendForm } from './form-sender.ts';
import { passes, withPatience } from './patience.ts';
import { requestSize } from './sender.ts';
import { change, end, forEach, sentOf, type Upload } from './upload-state.ts';

/** A browser opens six connections to a server; live events take one, and other calls need some. */
const atOnce = 3;

const waiting: Upload[] = [];
let sending = 0;

/** Sends these when it is their turn. */
export function sendLater(uploads: readonly Upload[]): void {
  forEach(uploads, (upload) => change(upload, { step: 'waiting', sent: sentOf(upload) }));
  for (const upload of uploads) waiting.push(upload);
  startWork();
}

function startWork(): void {
  while (sending < atOnce && waiting.length > 0) void work();
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
  let left = group;
  let farthest = 0;
  const attempt = async (onProgress: () => void) => {
    const outcomes = await sendReadable(left, stop.signal, (share) => {
      showProgress(left, share);
      if (share > farthest) onProgress();
      farthest = Math.max(farthest, share);
    });
    const [hindrance] = outcomes.filter(passes);
    forEach(left, (upload, n) => {
      const outcome = outcomes[n] as Outcome;
      if (!passes(outcome)) end(upload, outcome);
    });
    left = left.filter((_, n) => passes(outcomes[n]));
    if (hindrance !== undefined) throw hindrance;
  };
  try {
    await withPatience(attempt, stop.signal, (hindrance) =>
      forEach(left, (upload) => change(upload, { step: 'sending', sent: 0, hindrance })),
    );
  } catch (error) {
    // When one of them was cancelled, the others go again.
    if (stop.signal.aborted) waitAgain(left.filter(({ state }) => state.peek().step === 'sending'));
    else goOnInParts(left, error as Error);
  }
}

/** Sends them in smaller forms when a proxy takes none of this size, and each by itself when one of them may be the cause. */
function goOnInParts(group: readonly Upload[], error: Error): void {
  const reason = error instanceof Refusal ? error.reason : '';
  if (reason.startsWith('PROXY_') || reason === 'FILE_UNREADABLE') {
    const bytes = group.reduce((sum, upload) => sum + bytesInForm(upload), 0);
    const isSmaller = reason === 'PROXY_LIMIT' && requestSize.refused(bytes);
    if (!isSmaller) for (const upload of group) upload.alone = true;
    waitAgain(group);
  } else forEach(group, (upload) => end(upload, error));
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
