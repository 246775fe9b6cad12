import type { DocumentReader } from '../reader.ts';

/** Office documents with a password, of which nothing else can be read. */
export const reader: DocumentReader = {
  types: ['application/encrypted'],
  async read(_source, document) {
    document.facts({ encrypted: true });
  },
};
