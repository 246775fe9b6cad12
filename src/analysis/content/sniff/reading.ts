/** The beginning of a text file. */
export interface TextSample {
  readonly text: string;
  /** The file goes on after `text`. */
  readonly truncated: boolean;
  /** Of the file's name, lower case, without the dot. */
  readonly extension: string;
}

/**
 * What the content says of a reading: `no`; `possible`, with the right extension; `likely`, unless the
 * extension stands for another possible reading; `certain`, whatever the extension.
 */
export type Verdict = 'no' | 'possible' | 'likely' | 'certain';

/** One way to read a text. */
export interface Reading {
  readonly mime: string;
  readonly extensions: readonly string[];
  judge(sample: TextSample): Verdict;
}
