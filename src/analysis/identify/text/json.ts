import type { Reading } from './reading.ts';

/** One object or array that parses. A truncated sample must be the beginning of one. */
export const json: Reading = {
  mime: 'application/json',
  extensions: ['json'],
  judge({ text, truncated }) {
    if (!/^\s*[{[]/.test(text)) return 'no';
    return (truncated ? scanJson(text) !== 'broken' : isDocument(text)) ? 'certain' : 'no';
  },
};

/** An object or array on each line: at least two, or one with the right extension. */
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

/**
 * Scans a JSON text (RFC 8259) whose end may be missing. `whole`: one complete value and nothing after it; `open`: the
 * beginning of a value; `broken`: neither.
 */
export function scanJson(text: string): 'whole' | 'open' | 'broken' {
  const token = new RegExp(anyToken);
  const closers: string[] = [];
  let expected: Expected = 'value';
  for (;;) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) {
      const rest = text.slice(at).trimStart();
      if (rest === '') return expected === 'nothing' ? 'whole' : 'open';
      return openToken.test(rest) && expected !== 'nothing' ? 'open' : 'broken';
    }
    const next = step(found, expected, closers);
    if (next === undefined) return 'broken';
    expected = next;
  }
}

// Regular expressions for the tokens of RFC 8259.
const plainCharacters = String.raw`[^"\\\u0000-\u001f]*`;
const escaped = String.raw`\\(?:["\\/bfnrt]|u[\da-fA-F]{4})`;
const string = `"${plainCharacters}(?:${escaped}${plainCharacters})*"`;
const number = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.eE+-])`;
const anyToken = new RegExp(String.raw`\s*([{}[\],:]|${string}|${number}|(?:true|false|null)\b)`, 'y');

/** A token that was cut off: a string without its end, part of a number or of a word. */
const openString = String.raw`"${plainCharacters}(?:\\[^\u0000-\u001f]${plainCharacters})*\\?`;
const openNumber = String.raw`-|-?(?:0|[1-9]\d*)(?:\.|(?:\.\d+)?[eE][+-]?)`;
const openToken = new RegExp(`^(?:${openString}|${openNumber}|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)$`);

type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

/** What may follow `token`; undefined if it is not allowed here. `closers` are the closing brackets that are due. */
function step(token: string, expected: Expected, closers: string[]): Expected | undefined {
  switch (token) {
    case '}':
    case ']':
      if (closers.pop() !== token || expected === 'value' || expected === 'key' || expected === 'colon')
        return undefined;
      return afterValue(closers);
    case ',':
      if (expected !== 'commaOrEnd') return undefined;
      return closers.at(-1) === '}' ? 'key' : 'value';
    case ':':
      return expected === 'colon' ? 'value' : undefined;
  }
  if (expected === 'key' || expected === 'keyOrEnd') return token.startsWith('"') ? 'colon' : undefined;
  if (expected !== 'value' && expected !== 'valueOrEnd') return undefined;
  if (token !== '{' && token !== '[') return afterValue(closers);
  closers.push(token === '{' ? '}' : ']');
  return token === '{' ? 'keyOrEnd' : 'valueOrEnd';
}

function afterValue(closers: readonly string[]): Expected {
  return closers.length === 0 ? 'nothing' : 'commaOrEnd';
}
