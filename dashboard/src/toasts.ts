import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
}

/** Long enough to be read twice. */
const shownMs = 8_000;

export const toasts = signal<readonly Toast[]>([]);
let made = 0;

/** Says that something was done. What went wrong is said where it went wrong, and stays there. */
export function toast(text: string): void {
  made += 1;
  const id = made;
  toasts.value = [...toasts.value.slice(-2), { id, text }];
  setTimeout(() => dismiss(id), shownMs);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}
