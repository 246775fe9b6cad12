import { catalogue, isReason } from '#domain/errors.ts';

/** What the catalogue says of the code of a failed file. */
export function explain(code: string): { readonly what: string; readonly action: string } {
  const reason = code.toUpperCase();
  return isReason(reason) ? catalogue[reason] : { what: 'This version does not know the reason.', action: '' };
}
