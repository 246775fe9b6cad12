import { decodeText } from '../decoding.ts';
import type { DocumentReader } from '../reader.ts';
import { addVisibleText } from './visible-text.ts';

/** HTML and XHTML. */
export const reader: DocumentReader = {
  types: ['text/html', 'application/xhtml+xml'],
  async read(source, document) {
    const { mime_type, charset } = source.core;
    const html = decodeHtml(await source.bytes(), charset);
    addVisibleText(html, document, { isXml: mime_type === 'application/xhtml+xml', hasFacts: true });
  },
};

/**
 * Decodes HTML as browsers do (html.spec.whatwg.org, 13.2.3), but bytes that are valid UTF-8 are taken for it whatever the
 * document says.
 *
 * @param found the charset that the bytes look like
 * @param declared the charset that the carrier of the document states
 */
export function decodeHtml(bytes: Uint8Array, found: string | null, declared?: string): string {
  if (found === 'utf-8') return decodeText(bytes, found);
  return decodeText(bytes, declared, statedCharset(bytes), found);
}

/** Browsers search the first KiB; pages with long scripts before it exist. */
const searched = 8192;
const statement =
  /<meta\b[^>]{0,500}?\bcharset\s{0,20}=\s{0,20}["']?\s{0,20}([\w.:-]{1,40})|<\?xml\b[^>]{0,200}?\bencoding\s{0,20}=\s{0,20}["']([\w.:-]{1,40})/i;

/** What a `meta` element or an XML declaration says. It was readable as ASCII, so it cannot be UTF-16. */
function statedCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, searched)).toString('latin1');
  const [, inMeta, inXml] = statement.exec(head) ?? [];
  const label = inMeta ?? inXml;
  return label !== undefined && /^utf-?(?:16|32)/i.test(label) ? 'utf-8' : label;
}
