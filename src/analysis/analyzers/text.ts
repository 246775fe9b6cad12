import type { CoreFields, StreamAnalyzer, StreamAnalyzerRun } from '#domain/analysis.ts';
import { counterFor } from '../content/counter-for.ts';
import type { TextCounts } from '../content/text-counts.ts';

/**
 * Words, lines, characters and charset; all null if the file is not text. The beginning tells the charset, and the whole file
 * whether it is text. docs/analysis.md has the rules and defines the counts.
 */
export const text: StreamAnalyzer = {
  name: 'text',
  version: '3',
  needs: [],
  start({ head }) {
    const counter = counterFor(head);
    if (counter === undefined) return binaryRun;
    return {
      update: (chunk) => counter.update(chunk),
      finish: () => fields(counter.finish()),
    };
  },
};

const binaryRun: StreamAnalyzerRun = {
  update() {},
  finish: () => nothing,
};

function fields({ charset, words, lines, characters }: TextCounts): Partial<CoreFields> {
  return charset === null
    ? nothing
    : { word_count: words, word_count_of: 'text', line_count: lines, character_count: characters, charset };
}

const nothing = { word_count: null, word_count_of: null, line_count: null, character_count: null, charset: null };
