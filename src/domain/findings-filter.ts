import { type FindingError, findingErrorCodes } from './analysis.ts';

/** Selects results by what was found; an absent field means all. */
export interface FindingsFilter {
  /** ISO 639. */
  readonly language?: string;
  readonly encrypted?: boolean;
  readonly extensionMismatch?: boolean;
  readonly findingError?: FindingError['code'] | 'any';
}

/** The values of `findingError`. */
export const findingErrors = ['any', ...findingErrorCodes] as const;

/** A language that a filter may name, in lower case. */
export const languageCode = /^[a-z]{2,3}$/;
