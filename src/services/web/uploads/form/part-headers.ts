import { FilemillError } from '#domain/errors.ts';

/**
 * The headers of a part, by name in lower case. A character of a value stands for a byte.
 *
 * @param block from behind the boundary to the empty line
 * @throws FilemillError REQUEST_INVALID for what are no headers, and for one that comes twice
 */
export function readPartHeaders(block: string): ReadonlyMap<string, string> {
  // A line that begins with white space goes on with the one before (RFC 5322, section 2.2.3).
  const [behindBoundary = '', ...lines] = block.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  if (behindBoundary.trim() !== '') throw unreadable(behindBoundary, 'stands behind a boundary');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name === '') throw unreadable(line, 'is no header');
    if (headers.has(name.toLowerCase())) throw unreadable(line, 'comes twice');
    headers.set(name.toLowerCase(), value.trim());
  }
  return headers;
}

function unreadable(line: string, why: string): FilemillError {
  const shown = JSON.stringify(Buffer.from(line.slice(0, 200), 'latin1').toString());
  return new FilemillError('REQUEST_INVALID', `In a part of the form ${shown} ${why}.`);
}
