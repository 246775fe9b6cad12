import type { Reading, TextSample, Verdict } from './reading.ts';

/** HTML, and XML formats by their root element. */
export const markup: readonly Reading[] = [
  { mime: 'text/html', extensions: ['html', 'htm'], judge: judgeHtml },
  xmlReading('image/svg+xml', ['svg'], 'svg'),
  xmlReading('application/rss+xml', ['rss'], 'rss'),
  xmlReading('application/atom+xml', ['atom'], 'feed'),
  xmlReading('application/xhtml+xml', ['xhtml', 'xht'], 'html'),
  // RFC 7303 prefers this name to text/xml.
  xmlReading('application/xml', ['xml', 'xsd', 'xsl', 'xslt']),
];

/** Other texts need no closer look. */
const opensWithTag = /^\s*</;
const commonHtml = /^<(?:head|body|title|meta|link|script|style|div|p|h[1-6]|table|ul|ol|span|a|img|br)[\s/>]/i;

function judgeHtml(this: Reading, { text, extension }: TextSample): Verdict {
  if (opensWithTag.test(text)) {
    const { declared, rest, doctype } = readProlog(text);
    if (declared) return 'no';
    if (/^html\b/i.test(doctype) || /^<html[\s>]/i.test(rest)) return 'certain';
    if (commonHtml.test(rest)) return 'likely';
  }
  // Tags count only together with the extension.
  return this.extensions.includes(extension) && /<[a-z][a-z0-9]*[\s/>]/i.test(text) ? 'possible' : 'no';
}

/** The XML vocabulary with this root element; without `root`, any XML. */
function xmlReading(mime: string, extensions: readonly string[], root?: string): Reading {
  return {
    mime,
    extensions,
    judge({ text, truncated }) {
      if (!opensWithTag.test(text)) return 'no';
      const { declared, rest } = readProlog(text);
      const [, prefix, name] = /^<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)(?=[\s/>])/.exec(rest) ?? [];
      if (name === undefined) return declared && root === undefined ? 'certain' : 'no';
      if (root !== undefined && root !== name) return 'no';
      if (declared || root === 'svg') return 'certain';
      const closed = rest.trimEnd().endsWith(`</${prefix === undefined ? '' : `${prefix}:`}${name}>`);
      return closed && !truncated ? 'likely' : 'possible';
    },
  };
}

interface Prolog {
  /** Whether it begins with an XML declaration. */
  readonly declared: boolean;
  readonly doctype: string;
  /** The text from the root element on. */
  readonly rest: string;
}

/** Skips white space, comments, processing instructions and the document type declaration. */
function readProlog(text: string): Prolog {
  const declared = /^\s*<\?xml\s/.test(text);
  let doctype = '';
  let at = 0;
  for (;;) {
    at = text.slice(at).search(/\S|$/) + at;
    const part = ['<!--', '<!', '<?'].find((opening) => text.startsWith(opening, at));
    if (part === undefined) return { declared, doctype, rest: text.slice(at) };
    if (part === '<!') doctype = text.slice(at + 2).replace(/^DOCTYPE\s+/i, '');
    const ending = part === '<!--' ? '-->' : part === '<?' ? '?>' : /^[^>]*\[/.test(doctype) ? ']>' : '>';
    const end = text.indexOf(ending, at + part.length);
    if (end < 0) return { declared, doctype, rest: '' };
    at = end + ending.length;
  }
}
