import { z } from 'zod';
import { countUnicodeWords } from './unicode-words.ts';

/** What is known of a text in a language of people. */
export const proseSchema = { words_unicode: z.int(), language: z.string().exactOptional() };

interface Prose {
  readonly words_unicode: number;
  readonly language?: string;
}

/** @param text gives the pieces of the text anew each time */
export async function proseIn(text: () => Iterable<string>): Promise<Prose> {
  // Loaded lazily: threads that see no such text do not pay for the frequencies of all languages.
  const { languageOf } = await import('./language.ts');
  const language = languageOf(text());
  return { words_unicode: countUnicodeWords(text()), ...(language !== undefined && { language }) };
}
