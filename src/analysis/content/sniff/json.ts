import type { Reading } from './reading.ts';
import { scanJson } from './scan-json.ts';

/** One object or array, that parses. Of a text longer than the sample, the sample must be how one begins. */
export const json: Reading = {
  mime: 'application/json',
  extensions: ['json'],
  judge({ text, truncated }) {
    if (!/^\s*[{[]/.test(text)) return 'no';
    return (truncated ? scanJson(text) !== 'broken' : isDocument(text)) ? 'certain' : 'no';
  },
};

/** An object or array on each line, two at least; one will do when the extension says so. */
export const ndjson: Reading = {
  mime: 'application/x-ndjson',
  extensions: ['ndjson', 'jsonl'],
  judge({ text, truncated, extension }) {
    if (!/^\s*[{[]/.test(text)) return 'no';
    const lines = text.split('\n');
    const cut = truncated ? lines.pop() : undefined;
    const documents = lines.filter((line) => line.trim() !== '');
    const wanted = this.extensions.includes(extension) ? 1 : 2;
    if (documents.length < wanted || !documents.every(isDocument)) return 'no';
    return cut === undefined || cut === '' || scanJson(cut) !== 'broken' ? 'certain' : 'no';
  },
};

function isDocument(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
