export interface TextCounts {
  /** Null if the bytes are not text. */
  readonly charset: 'us-ascii' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'unknown-8bit' | null;
  readonly words: number;
  readonly lines: number;
  readonly characters: number;
}

export const notText: TextCounts = { charset: null, words: 0, lines: 0, characters: 0 };
