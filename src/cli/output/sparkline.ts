const bars = '▁▂▃▄▅▆▇█';

/**
 * One character for each value, from nothing to the largest; a space for an unknown one. If there are more values than `width`,
 * neighbours share a character, which shows the largest of them.
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const share = Math.ceil(values.length / width);
  const shown = Array.from({ length: Math.ceil(values.length / share) }, (_, n) =>
    largest(values.slice(n * share, (n + 1) * share)),
  );
  const top = largest(shown) ?? 0;
  return shown.map((value) => (value === null ? ' ' : bar(value, top))).join('');
}

export function largest(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((most, value) => (value === null ? most : Math.max(most ?? 0, value)), null);
}

/** Anything more than nothing rises above the lowest bar. */
function bar(value: number, top: number): string {
  return bars.charAt(value <= 0 ? 0 : Math.max(1, Math.round((value / top) * (bars.length - 1))));
}
