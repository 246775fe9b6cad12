const numbers = new Intl.NumberFormat('en');
const shortNumbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function count(value: number): string {
  return numbers.format(value);
}

export function rate(perSecond: number): string {
  return `${shortNumbers.format(perSecond)}/s`;
}

export function bytes(value: number): string {
  if (value === 1) return '1 byte';
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${shortNumbers.format(value / 1024 ** power)} ${units[power]}`;
}

export function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1_000)} ms`;
  if (value < 60) return `${shortNumbers.format(value)} s`;
  if (value < 3_600) return `${Math.floor(value / 60)} min ${Math.floor(value % 60)} s`;
  return `${Math.floor(value / 3_600)} h ${Math.floor((value % 3_600) / 60)} min`;
}

/** Formats a time in the user's time zone. */
export function time(text: string | null): string {
  return text === null ? '–' : new Date(text).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The day of a time in the user's time zone. */
export function day(text: string): string {
  return new Date(text).toLocaleDateString('en-GB', { dateStyle: 'medium' });
}

/** A time as far as it matters within a span. In the user's time zone, but days, which are those of UTC. */
export function moment(at: number, spanMs: number): string {
  return new Date(at).toLocaleString('en-GB', momentStyle(spanMs / 3_600_000));
}

function momentStyle(hours: number): Intl.DateTimeFormatOptions {
  const day = { day: 'numeric', month: 'short' } as const;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  if (hours < 1) return { ...clock, second: '2-digit' };
  if (hours <= 24) return clock;
  return hours <= 14 * 24 ? { ...day, ...clock } : { ...day, timeZone: 'UTC' };
}

export function between(from: string | null, to: string | null): string {
  return from === null || to === null ? '–' : seconds(Math.max(0, Date.parse(to) - Date.parse(from)) / 1_000);
}

/** `3 files`, `1 file` */
export function files(value: number): string {
  return `${count(value)} ${value === 1 ? 'file' : 'files'}`;
}
