import { computed, effect, signal } from '@preact/signals';
import type { Json, StatsJson } from '#contract/schemas.ts';
import { admission, may } from '../access.ts';
import { addressOf } from '../base.ts';
import { askForCaller } from '../session.ts';
import { toast } from '../toasts.ts';
import { takeSample } from './rates.ts';
import { noteServerTime, serverNow } from './server-time.ts';

export type ChangedFiles = Json<'ChangedFiles'>;
type Listener = (changed: ChangedFiles) => void;

export const paused = signal(false);
export const connected = signal(false);
/** The last attempt to connect failed. */
export const lost = signal(false);
export const stats = signal<StatsJson | undefined>(undefined);

const listeners = new Set<Listener>();
const lookAgain: ChangedFiles = { files: [], deleted: [], look_again: true };
const retryMs = 3_000;

/** Calls `listener` with each change until the returned function is called. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One stream serves the whole page while it is not paused, and its user may read. */
export function startLive(): void {
  const isOn = computed(() => !paused.value && admission.value === 'admitted' && may('read'));
  effect(() => (isOn.value ? open() : undefined));
}

function open(): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const connect = () => {
    let fresh = true;
    source = new EventSource(addressOf('api/v1/events'));
    source.onopen = () => {
      connected.value = true;
      if (lost.peek()) toast('The server is back. What is shown is up to date again.');
      lost.value = false;
      // A browser that reconnects resumes after its last event; a new stream has missed all earlier changes.
      if (fresh) tell(lookAgain);
      fresh = false;
    };
    source.onerror = () => {
      connected.value = false;
      lost.value = true;
      if (source.readyState !== EventSource.CLOSED) return;
      // Browsers never reconnect after an error response, nor do they tell which: perhaps nobody is signed in.
      again = setTimeout(connect, retryMs);
      void askForCaller();
    };
    source.addEventListener('stats', ({ data }) => {
      stats.value = JSON.parse(data as string) as StatsJson;
      noteServerTime(stats.value.database?.now);
      takeSample(stats.value, performance.now(), serverNow());
    });
    source.addEventListener('files', ({ data }) => tell(JSON.parse(data as string) as ChangedFiles));
  };
  connect();
  return () => {
    clearTimeout(again);
    source.close();
    connected.value = false;
    lost.value = false;
  };
}

function tell(changed: ChangedFiles): void {
  for (const listener of listeners) listener(changed);
}
