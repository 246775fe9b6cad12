import { type Guess, likely, type Page } from './reading.ts';

/** A line that begins with a time, or with an address and a time, as programs write them. */
const entry =
  /^(?:\[?\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d|\[?\d\d[/.-](?:\d\d|[A-Z][a-z]{2})[/.-]\d{2,4}[ :T]\d\d:\d\d|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\S+ \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:|\[?\d\d:\d\d:\d\d[.,\] ]|(?:\[|<)?(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE)\b)/;

/** Logs; other texts may hold times as well, so a name must say that it is one. */
export function log({ extension, inked }: Page): Guess | undefined {
  if (extension !== 'log') return undefined;
  const start = inked.slice(0, 60);
  return start.filter((line) => entry.test(line)).length * 2 >= start.length ? likely('text/x-log') : undefined;
}
