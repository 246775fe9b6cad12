/** The beginning of a text file. */
export interface TextSample {
  readonly text: string;
  /** Whether the file continues after `text`. */
  readonly truncated: boolean;
  /** The extension of the file name, in lower case and without the dot. */
  readonly extension: string;
  readonly filename: string;
}

/**
 * Whether the content fits a reading: `no`; `possible`, with the right extension; `likely`, unless the extension stands for
 * another possible reading; `certain`, whatever the extension.
 */
export type Verdict = 'no' | 'possible' | 'likely' | 'certain';

/** One way to read a text. */
export interface Reading {
  readonly mime: string;
  readonly extensions: readonly string[];
  judge(sample: TextSample): Verdict;
}
