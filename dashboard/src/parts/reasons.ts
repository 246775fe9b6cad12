import { catalogue, isReason } from '#domain/errors.ts';

/** Looks up the code of a failed file in the catalogue. */
export function explain(code: string): { readonly what: string; readonly action: string } {
  const reason = code.toUpperCase();
  return isReason(reason) ? catalogue[reason] : { what: 'This version does not know the reason.', action: '' };
}
