import { csv, tsv } from './delimited.ts';
import { json, ndjson } from './json.ts';
import { markdown } from './markdown.ts';
import { markup } from './markup.ts';
import type { Reading, TextSample } from './reading.ts';
import { signed } from './signed.ts';
import { sourceCode } from './source-code.ts';
import { yaml } from './yaml.ts';

const plain: Reading = { mime: 'text/plain', extensions: ['txt', 'text', 'log'], judge: () => 'possible' };

/** In order: of two readings with the same verdict the first wins. */
const readings: readonly Reading[] = [
  ...signed,
  ndjson,
  json,
  ...markup,
  markdown,
  csv,
  tsv,
  yaml,
  ...sourceCode,
  plain,
];

/** The MIME type of a text: a certain reading, else the one its extension asks for, else a likely one. */
export function sniffText(sample: TextSample): string {
  let named: Reading | undefined;
  let likely: Reading | undefined;
  for (const reading of readings) {
    const verdict = reading.judge(sample);
    if (verdict === 'certain') return reading.mime;
    if (verdict !== 'no' && reading.extensions.includes(sample.extension)) named ??= reading;
    if (verdict === 'likely') likely ??= reading;
  }
  return (named ?? likely ?? plain).mime;
}
