/** Lines on a ground of 16 by 16; the style sheet sets their weight and colour. */
const drawings = {
  overview: 'M2 9.5 5 6l3 3 6-6M2 13.5h12',
  files: 'M4 1.5h5l3.5 3.5v9.5H4zM9 1.5V5h3.5M6 8.5h4.5M6 11h4.5',
  failures: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.5v.1',
  workers: 'M4.5 4.5h7v7h-7zM6.5 1.5v3m3-3v3m-3 7v3m3-3v3m-8-8h3m-3 3h3m7-3h3m-3 3h3',
  upload: 'M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 10.5v3h11v-3',
  settings: 'M1.5 4.5h7m4 0h2M1.5 11.5h2m4 0h7M10.5 2.5v4m-5 3v4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5l3.5 3.5',
  more: 'M3 8v.1m5-.1v.1m5-.1v.1',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  cross: 'm4.5 4.5 7 7m0-7-7 7',
  clock: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4.5V8l2.5 2',
  play: 'M5 3v10l7.5-5z',
  pause: 'M5.5 3v10m5-10v10',
  retry: 'M13.5 8A5.5 5.5 0 1 1 11.7 4M13.5 1.5V5H10',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.5v.1',
  mill: 'M8 8 3 3m5 5 5-5M8 8l-5 5m5-5 5 5M3 3l3-.5m7 .5.5 3M3 13l-.5-3M13 13l-3 .5M8 8v.1',
} as const;

export type IconName = keyof typeof drawings;

/** A picture beside words; alone it says nothing to a screen reader. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
