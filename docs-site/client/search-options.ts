import type { Options } from 'minisearch';

/** A section of a page, as it is found. */
export interface Passage {
  readonly page: string;
  readonly heading: string;
  /** Relative to the guide. */
  readonly address: string;
  readonly text: string;
}

/** The same where the index is made and where it is read. */
export const searchOptions: Options<Passage & { readonly id: number }> = {
  fields: ['heading', 'page', 'text'],
  storeFields: ['page', 'heading', 'address', 'text'],
  searchOptions: { boost: { heading: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
};
