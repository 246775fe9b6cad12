import type { DocumentFacts } from './reader.ts';

/** A date in the forms of ISO 8601 that documents use, as RFC 3339; without an offset where none is written. */
export function dateFact(fact: 'created' | 'modified', written: string): Partial<DocumentFacts> {
  const [, date, time, , offset] = form.exec(written.trim()) ?? [];
  if (date === undefined || Number.isNaN(Date.parse(date))) return {};
  if (time === undefined) return { [fact]: date };
  return { [fact]: `${date}T${time.length === 5 ? `${time}:00` : time}${offset?.toUpperCase() ?? ''}` };
}

const form = /^(\d{4}-\d\d-\d\d)(?:[T ]([0-2]\d:[0-5]\d(?::[0-5]\d)?)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$/i;
