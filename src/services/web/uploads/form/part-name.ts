import type { IncomingHttpHeaders } from 'node:http';
import { FilemillError } from '#domain/errors.ts';
import { decodeFileName } from '#domain/file-name.ts';
import type { HeaderValue } from './header-value.ts';

export interface NameReading {
  /** The default charset: UTF-8 unless the form has a field `_charset_` (RFC 7578, section 4.6). */
  readonly charset: string;
  readonly percentDecode: (name: string) => string;
}

/**
 * The file name of a part; undefined for a field. `filename*` (RFC 8187) is unambiguous and takes precedence over
 * `filename` (RFC 6266, section 4.3).
 *
 * @throws FilemillError NAME_INVALID for bytes that are not in their charset
 */
export function partName({ parameters }: HeaderValue, reading: NameReading): string | undefined {
  const [plain, extended] = [parameters.get('filename'), parameters.get('filename*')];
  const exact = extended === undefined ? undefined : extendedName(extended);
  if (exact !== undefined) return exact;
  if (plain !== undefined) return encodedWordsName(plain) ?? reading.percentDecode(decode(plain, reading.charset));
  const odd = [...parameters.keys()].find((name) => name.startsWith('filename*'));
  if (odd === undefined) return undefined;
  throw new FilemillError('NAME_INVALID', `The name is given as ${odd} in a form that RFC 8187 does not know.`);
}

/** A readable form of the name, however malformed it is. */
export function shownName({ parameters }: HeaderValue): string {
  const given = parameters.get('filename') ?? parameters.get('filename*') ?? '';
  return Buffer.from(given, 'latin1').toString();
}

/** `charset'language'percent-encoded`; undefined for anything else. */
function extendedName(given: string): string | undefined {
  const [, charset, escaped] = /^([\w.:+-]+)'[\w-]*'((?:[\w!#$&+.^`|~-]|%[0-9a-f]{2})*)$/i.exec(given) ?? [];
  if (charset === undefined || escaped === undefined) return undefined;
  return decode(unescaped(escaped, '%'), charset);
}

/** .NET encodes non-ASCII names as mail headers do (RFC 2047); undefined for anything else. */
function encodedWordsName(given: string): string | undefined {
  if (!/^(?:=\?[^?\s]+\?[bq]\?[^?\s]*\?=\s*)+$/i.test(given)) return undefined;
  const words = [...given.matchAll(/=\?([^?*]+)[^?]*\?([bq])\?([^?]*)\?=/gi)];
  return words.map(([, charset = '', coding = '', text = '']) => decode(wordBytes(coding, text), charset)).join('');
}

function wordBytes(coding: string, text: string): string {
  if (coding.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('latin1');
  return unescaped(text.replaceAll('_', ' '), '=');
}

function unescaped(text: string, mark: '%' | '='): string {
  return text.replace(mark === '%' ? /%([0-9a-f]{2})/gi : /=([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** @param bytes one character per byte */
function decode(bytes: string, charset: string): string {
  return decodeFileName(Buffer.from(bytes, 'latin1'), charset);
}

/** Clients that encode forms as the HTML Standard says: browsers, and libraries that imitate them. */
const htmlClients =
  /^(?:Mozilla(?!.*PowerShell)|node|undici|Deno|Bun|python-requests|python-urllib3|python-httpx|axios|okhttp|Dart)\b/;

/** Boundaries of browser engines and Node.js, as a User-Agent can be anything. */
const htmlBoundaries = /boundary=-{4}(?:WebKitFormBoundary|geckoformboundary|formdata-undici-)/;

const lineBreaksAndQuotes: Readonly<Record<string, string>> = { '%0A': '\n', '%0D': '\r', '%22': '"' };

/** Everything but letters, digits and `-._~` is escaped, as in a URL. */
const wholeEncoded = /^(?:[\w.~-]|%[0-9A-F]{2})+$/i;

/**
 * How to decode `%` depends on the client. Browsers escape quotes and line breaks but not `%` itself; aiohttp escapes
 * everything, as RFC 7578 (section 4.2) allows; others use backslashes or nothing, so their names are kept.
 */
export function percentDecoder(headers: IncomingHttpHeaders): (name: string) => string {
  const { 'user-agent': client = '', 'content-type': type = '' } = headers;
  if (htmlClients.test(client) || htmlBoundaries.test(type))
    return (name) => name.replace(/%(?:0A|0D|22)/gi, (code) => lineBreaksAndQuotes[code.toUpperCase()] ?? code);
  if (/\baiohttp\//.test(client)) return (name) => (wholeEncoded.test(name) ? decoded(name) : name);
  return (name) => name;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
