import { signal } from '@preact/signals';
import { serverNow } from '../live/server-time.ts';
import { type Range, ranges, zoomedRange } from './ranges.ts';

/** The time that is pointed at, which all charts of the page share. */
export const pointed = signal<number | undefined>(undefined);

/** The time that is being chosen: from where it began to where it is now. */
export const selecting = signal<readonly [number, number] | undefined>(undefined);

/** What the charts show; kept while other pages are looked at. */
export const range = signal<Range>(ranges[1]);

export function zoomTo(span: readonly [number, number]): void {
  range.value = zoomedRange(span, serverNow(), range.value.step);
  forgetPointer();
}

export function forgetPointer(): void {
  pointed.value = undefined;
  selecting.value = undefined;
}
