import { dateFact } from '../date-fact.ts';
import type { DocumentFacts } from '../reader.ts';
import type { XmlElement } from '../xml/element.ts';

/** The facts in an element of `office:meta`. */
export function metaFacts(name: string, value: string): Partial<DocumentFacts> {
  switch (name) {
    case 'dc:title':
      return { title: value };
    case 'dc:subject':
      return { subject: value };
    case 'meta:initial-creator':
      return { author: value };
    case 'meta:creation-date':
      return dateFact('created', value);
    case 'dc:date':
      return dateFact('modified', value);
  }
  return {};
}

/** The pages that the writer counted. */
export function pagesFact(statistic: XmlElement): Partial<DocumentFacts> {
  const pages = statistic.get('meta:page-count') ?? '';
  return /^[1-9]\d{0,6}$/.test(pages) ? { pages: Number(pages) } : {};
}
