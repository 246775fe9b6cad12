import { InvalidArgumentError } from 'commander';
import { duration } from './options.ts';

const timestamp = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * A day, a time, or how long ago it was. Without a zone it is of this machine's; days begin at midnight there.
 *
 * @throws InvalidArgumentError with examples
 */
export function moment(text: string, now = new Date()): Date {
  const words = text.trim().toLowerCase();
  const found = dayOf(words, now) ?? written(words) ?? ago(words, now);
  if (found !== undefined) return found;
  const times = '2026-01-31, 2026-01-31T12:00, 2026-01-31T12:00Z, today, yesterday';
  throw new InvalidArgumentError(`Expected a time (${times}), or how long ago it was: 30m, 2h, 3d.`);
}

function dayOf(words: string, now: Date): Date | undefined {
  const daysAgo = { today: 0, yesterday: 1 }[words];
  if (daysAgo === undefined) return undefined;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
}

function written(words: string): Date | undefined {
  const match = timestamp.exec(words);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const milliseconds = Number((match[7] ?? '0').padEnd(3, '0'));
  const parts = [year, month - 1, day, hour, minute, second, milliseconds] as const;
  const utc = new Date(Date.UTC(...parts));
  // The thirtieth of February, or the 25th hour, would become another time.
  const isReal = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && utc.getUTCHours() === hour;
  if (!isReal || minute > 59 || second > 59) return undefined;
  return match[8] === undefined ? new Date(...parts) : new Date(utc.getTime() - offsetMs(match[8]));
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}

function ago(words: string, now: Date): Date | undefined {
  try {
    // A bare number might be meant for a year.
    return /[a-z]/.test(words) ? new Date(now.getTime() - duration(words.replace(/\s+ago$/, ''))) : undefined;
  } catch {
    return undefined;
  }
}
