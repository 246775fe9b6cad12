import { generalLanguages } from './languages/general.ts';
import { specialLanguages } from './languages/special.ts';

/** What a line of a language is like: nothing else has lines of the first kind; some other languages have those of the second. */
export interface Language {
  readonly mime: string;
  readonly own: RegExp;
  readonly shared?: RegExp;
  /** The language of which this is an extension; its lines count too when there are lines of this one's own. */
  readonly base?: string;
}

/** Expressions for lines without the white space around them. */
export const languages: readonly Language[] = [...generalLanguages, ...specialLanguages];
