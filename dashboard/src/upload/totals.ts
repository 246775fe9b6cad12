import { computed, signal } from '@preact/signals';
import type { UploadState } from './upload-state.ts';

/** What became of all uploads together. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
  /** Bytes that the server has, or that are on their way. */
  readonly sent: number;
  readonly kept: number;
  readonly refused: number;
  readonly cancelled: number;
}

const none: Totals = { files: 0, bytes: 0, sent: 0, kept: 0, refused: 0, cancelled: 0 };

/** Counted with each change, because ten thousand uploads cannot be counted again for each. */
export const totals = signal<Totals>(none);

export const unfinished = computed(() => {
  const { files, kept, refused, cancelled } = totals.value;
  return files - kept - refused - cancelled;
});

type Signed = 1 | -1;

/** Adds an upload in a state, or takes it away. */
export function count(size: number, state: UploadState, sign: Signed): void {
  const now = totals.value;
  const ended = (step: UploadState['step']) => (state.step === step ? sign : 0);
  totals.value = {
    files: now.files + sign,
    bytes: now.bytes + sign * (state.step === 'cancelled' ? 0 : size),
    sent: now.sent + sign * sentOf(size, state),
    kept: now.kept + ended('kept'),
    refused: now.refused + ended('refused'),
    cancelled: now.cancelled + ended('cancelled'),
  };
}

function sentOf(size: number, state: UploadState): number {
  if (state.step === 'kept' || state.step === 'refused') return size;
  return 'sent' in state ? state.sent : 0;
}

export interface Pace {
  readonly filesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Undefined while nothing moves. */
  readonly secondsLeft: number | undefined;
}

interface Sample {
  readonly at: number;
  readonly of: Totals;
}

let samples: readonly Sample[] = [];
const paceMs = 5_000;

/** How fast the last seconds were. @param at in milliseconds of a clock that never steps */
export function paceOf(now: Totals, at: number): Pace {
  const [before] = samples.length > 0 ? samples : [{ at, of: now }];
  samples = [...samples.filter((sample) => at - sample.at <= paceMs), { at, of: now }];
  const seconds = Math.max(0.001, (at - (before?.at ?? at)) / 1_000);
  const ended = (of: Totals) => of.kept + of.refused;
  const filesPerSecond = Math.max(0, ended(now) - ended(before?.of ?? now)) / seconds;
  const bytesPerSecond = Math.max(0, now.sent - (before?.of.sent ?? now.sent)) / seconds;
  const filesLeft = now.files - ended(now) - now.cancelled;
  const left = [
    ...(filesPerSecond > 0 && bytesPerSecond === 0 ? [filesLeft / filesPerSecond] : []),
    ...(bytesPerSecond > 0 ? [(now.bytes - now.sent) / bytesPerSecond] : []),
  ];
  return { filesPerSecond, bytesPerSecond, secondsLeft: left.length === 0 ? undefined : Math.max(...left) };
}
