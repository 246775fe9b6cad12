import { FilemillError } from '#domain/errors.ts';

/**
 * A header such as `form-data; name="file"; filename="a.txt"`, one character per byte; decoding is left to its users.
 */
export interface HeaderValue {
  /** In lower case. */
  readonly word: string;
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** @throws FilemillError REQUEST_INVALID for a parameter that comes twice, is cut off or has no value */
export function readHeaderValue(header: string): HeaderValue {
  const word = /^[^;]*/.exec(header)?.[0] ?? '';
  const parameters = new Map<string, string>();
  for (let at = word.length; at < header.length; ) {
    const [begin = '', given = ''] = /^[;\s]*(?:([\w!#$&+.^`|~*-]+)\s*=\s*)?/.exec(header.slice(at)) ?? [];
    at += begin.length;
    const value = header[at] === '"' ? quoted(header, at) : bare(header, at);
    at += value.length;
    const name = given.toLowerCase();
    if (name === '' && value.text === '') continue;
    if (name === '') throw unreadable(header, `${JSON.stringify(value.text)} has no value`);
    if (parameters.has(name)) throw unreadable(header, `${name} comes twice`);
    parameters.set(name, value.text);
  }
  return { word: word.trim().toLowerCase(), parameters };
}

interface Value {
  readonly text: string;
  /** Including quotes and escapes. */
  readonly length: number;
}

function bare(header: string, at: number): Value {
  const given = /^[^;]*/.exec(header.slice(at))?.[0] ?? '';
  return { text: given.trim(), length: given.length };
}

/**
 * A backslash escapes a quote or a backslash, as in MIME, and nothing else: browsers send `C:\dir\a.txt` as it is. A
 * quote ends the value only before a semicolon or the end, as some clients escape nothing.
 */
function quoted(header: string, at: number): Value {
  const rest = header.slice(at + 1);
  const [whole = '', text = ''] = closed.exec(rest) ?? endsWithBackslash.exec(rest) ?? [];
  if (whole === '') throw unreadable(header, 'a quote is not closed');
  return { text: text.replace(/\\([\\"])/g, '$1'), length: whole.length + 1 };
}

const closed = /^((?:\\[\\"]|[^\\]|\\(?![\\"]))*?)"\s*(?=;|$)/;

/** A name that ends in a backslash, from a client that escapes nothing. */
const endsWithBackslash = /^(.*\\)"\s*$/s;

function unreadable(header: string, why: string): FilemillError {
  const shown = Buffer.from(header.slice(0, 200), 'latin1').toString();
  return new FilemillError('REQUEST_INVALID', `In the header ${JSON.stringify(shown)} ${why}.`);
}

/** Headers by lower-case name, one character per byte. @throws FilemillError REQUEST_INVALID for malformed ones */
export function readPartHeaders(block: string): ReadonlyMap<string, string> {
  // A line that begins with white space continues the previous one (RFC 5322, section 2.2.3).
  const [behindBoundary = '', ...lines] = block.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  if (behindBoundary.trim() !== '') throw unreadableLine(behindBoundary, 'stands behind a boundary');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name === '') throw unreadableLine(line, 'is no header');
    if (headers.has(name.toLowerCase())) throw unreadableLine(line, 'comes twice');
    headers.set(name.toLowerCase(), value.trim());
  }
  return headers;
}

function unreadableLine(line: string, why: string): FilemillError {
  const shown = JSON.stringify(Buffer.from(line.slice(0, 200), 'latin1').toString());
  return new FilemillError('REQUEST_INVALID', `In a part of the form ${shown} ${why}.`);
}
