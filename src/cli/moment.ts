import { InvalidArgumentError } from 'commander';
import { duration } from './options.ts';

/**
 * Reads a day, a time, or how long ago it was. Without a zone it is local time, and days begin at local midnight.
 *
 * @throws InvalidArgumentError with examples
 */
export function moment(text: string, now = new Date()): Date {
  const words = text.trim().toLowerCase();
  for (const read of [dayOf, instant, localTime, ago]) {
    const found = read(words, now);
    if (found !== undefined) return found;
  }
  const times = '2026-01-31, 2026-01-31T12:00, 2026-01-31T12:00Z, today, yesterday';
  throw new InvalidArgumentError(`Expected a time (${times}), or how long ago it was: 30m, 2h, 3d.`);
}

function dayOf(words: string, now: Date): Date | undefined {
  const daysAgo = { today: 0, yesterday: 1 }[words];
  if (daysAgo === undefined) return undefined;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
}

function instant(words: string): Date | undefined {
  // Temporal takes no zone after a day alone or after a space.
  const spelled = words.replace(/^(\d{4}-\d\d-\d\d)\s*(?=z|[+-]\d)/, '$1t00:00').replace(/\s+(?=z|[+-]\d)/, '');
  return unlessThrown(() => new Date(Temporal.Instant.from(spelled).epochMilliseconds));
}

function localTime(words: string): Date | undefined {
  const zone = Temporal.Now.timeZoneId();
  return unlessThrown(() => new Date(Temporal.PlainDateTime.from(words).toZonedDateTime(zone).epochMilliseconds));
}

function ago(words: string, now: Date): Date | undefined {
  // A bare number might mean a year.
  if (!/[a-z]/.test(words)) return undefined;
  return unlessThrown(() => new Date(now.getTime() - duration(words.replace(/\s+ago$/, ''))));
}

function unlessThrown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
