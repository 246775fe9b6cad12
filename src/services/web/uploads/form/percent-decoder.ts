import type { IncomingHttpHeaders } from 'node:http';

/**
 * Clients that write forms as the HTML Standard has it ("multipart/form-data encoding algorithm"): browsers, and libraries
 * that send what browsers send.
 */
const htmlClients =
  /^(?:Mozilla(?!.*PowerShell)|node|undici|Deno|Bun|python-requests|python-urllib3|python-httpx|axios|okhttp|Dart)\b/;

/** The engines of browsers and that of Node sign their boundaries: a User-Agent can be anything. */
const htmlBoundaries = /boundary=-{4}(?:WebKitFormBoundary|geckoformboundary|formdata-undici-)/;

const lineBreaksAndQuotes: Readonly<Record<string, string>> = { '%0A': '\n', '%0D': '\r', '%22': '"' };

/** All but letters, digits and `-._~` is escaped, as in a URL. */
const wholeEncoded = /^(?:[\w.~-]|%[0-9A-F]{2})+$/i;

/**
 * What `%` means in the file names of a form is for its sender to say, and a name says nothing of it: `a%22b` is `a"b`
 * from a browser, which escapes quotes and line breaks but not the `%` itself, and itself from a client that escapes with
 * backslashes or not at all. aiohttp escapes everything, as RFC 7578 (section 4.2) allows. From any other client a name
 * is kept as it is.
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
