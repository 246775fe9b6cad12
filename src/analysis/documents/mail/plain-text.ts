export interface PlainText {
  readonly text: string;
  /** Files that were within the text. */
  readonly files: number;
  readonly isEncrypted: boolean;
}

/** The text of a part that is no HTML, without files in uuencode and what OpenPGP encrypted. */
export function plainText(written: string, type: string, parameters: ReadonlyMap<string, string>): PlainText {
  const { text: shown, count } = withoutBlocks(written, uuencodeBegin, 'end');
  const { text, count: encrypted } = withoutBlocks(shown, pgpBegin, '-----END PGP MESSAGE-----');
  return { text: readable(text, type, parameters), files: count, isEncrypted: encrypted > 0 };
}

/** The line of a file's mode and name, and the first line of data, which says its own length. */
const uuencodeBegin = /^begin [0-7]{3,4} \S.*\r?\n(?=[!-M`][!-`]{1,84}\r?$)/gm;
const pgpBegin = /^-----BEGIN PGP MESSAGE-----\r?$/gm;

/** Leaves out all from a line that `begin` matches to one that is `end`, or to the end of the text. */
function withoutBlocks(text: string, begin: RegExp, end: string): { text: string; count: number } {
  let kept = '';
  let count = 0;
  let at = 0;
  begin.lastIndex = 0;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    kept += text.slice(at, match.index);
    count += 1;
    const endLine = text.indexOf(`\n${end}`, match.index);
    at = endLine < 0 ? text.length : endLine + 1 + end.length;
    begin.lastIndex = at;
  }
  return { text: kept + text.slice(at), count };
}

function readable(text: string, type: string, parameters: ReadonlyMap<string, string>): string {
  // RFC 1896; text/richtext (RFC 1341) is its ancestor.
  if (type === 'text/enriched' || type === 'text/richtext')
    return text
      .replace(/<param>[^<]{0,1000}<\/param>/gi, '')
      .replace(/<(?:nl|np|lt)>/gi, (tag) => (tag.toLowerCase() === '<lt>' ? '<' : '\n'))
      .replace(/<\/?[\w-]{1,60}>/g, '')
      .replaceAll('<<', '<');
  // RFC 3676: a space at the end of a line belongs to the text unless DelSp says otherwise.
  const joinsLines =
    parameters.get('format')?.toLowerCase() === 'flowed' && parameters.get('delsp')?.toLowerCase() === 'yes';
  return joinsLines ? text.replace(/(?<!^--) \r?\n/gm, '') : text;
}
