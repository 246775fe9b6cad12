import type { DocumentReader } from './reader.ts';

/** Loads the reader of each family of types when the first document of it comes. */
const families: readonly { readonly types: readonly string[]; load(): Promise<{ readonly reader: DocumentReader }> }[] =
  [{ types: ['application/rtf', 'text/rtf'], load: () => import('./rtf/rtf.ts') }];

const byType = new Map(families.flatMap(({ types, load }) => types.map((type) => [type, load] as const)));

export function isDocument(mime: string): boolean {
  return byType.has(mime);
}

export async function readerOf(mime: string): Promise<DocumentReader | undefined> {
  return (await byType.get(mime)?.())?.reader;
}
