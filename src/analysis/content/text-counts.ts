export interface TextCounts {
  /** In lower case; null if the bytes are not text. */
  readonly charset: string | null;
  readonly words: number;
  readonly lines: number;
  readonly characters: number;
}

export const notText: TextCounts = { charset: null, words: 0, lines: 0, characters: 0 };

/** Counts text in one pass, whose chunks may be cut anywhere. */
export interface TextCounter {
  update(chunk: Uint8Array): void;
  finish(): TextCounts;
}
