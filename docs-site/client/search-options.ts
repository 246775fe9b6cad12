import type { Options } from 'minisearch';

/** A section of a page, as it is found. */
export interface Passage {
  readonly page: string;
  readonly heading: string;
  /** Relative to the guide. */
  readonly address: string;
  readonly text: string;
}

/** Reasons and settings are words of their own, found by their parts too. */
const words = (text: string) => text.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== '');
const withParts = (word: string) => (word.includes('_') ? [word, ...word.split('_')] : [word]);

/** The same where the index is made and where it is read. */
export const searchOptions: Options<Passage & { readonly id: number }> = {
  fields: ['heading', 'page', 'text'],
  storeFields: ['page', 'heading', 'address', 'text'],
  tokenize: (text) => words(text).flatMap(withParts),
  searchOptions: {
    tokenize: words,
    boost: { heading: 4, page: 2 },
    // Why something is as it is comes after how to use it.
    boostDocument: (_id, _word, stored) => (String(stored?.address).startsWith('adr/') ? 0.3 : 1),
    prefix: true,
    fuzzy: 0.15,
    combineWith: 'AND',
  },
};
