/** What files can be told apart by. */
export const facetNames = ['status', 'mime_type', 'language', 'error_code', 'encrypted', 'extension_mismatch'] as const;
export type FacetName = (typeof facetNames)[number];
