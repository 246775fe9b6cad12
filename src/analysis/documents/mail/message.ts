import { addressParser, decodeWords } from 'postal-mime';
import type { DocumentReader } from '../reader.ts';
import { addBody, bodyOf } from './body.ts';
import { type Entity, parseMessage } from './entity.ts';

/** A mail, a news article, or a web page archived in the form of one. */
export const reader: DocumentReader = {
  types: ['message/rfc822', 'message/news', 'multipart/related'],
  async read(source, document) {
    const message = parseMessage(await source.bytes());
    const body = bodyOf(message);
    document.facts({
      subject: header(message, 'subject'),
      author: authorOf(message),
      created: dateOf(message),
      attachments: body.attachments,
      ...(body.isEncrypted && { encrypted: true }),
    });
    addBody(body, document);
  },
};

function authorOf(message: Entity): string {
  const from = message.fields.get('from') ?? '';
  const [first] = addressParser(utf8(from));
  return (first?.name || first?.address || '').trim();
}

function header(message: Entity, name: string): string {
  return decodeWords(utf8(message.fields.get(name) ?? ''))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Fields are read as bytes; what is not ASCII in them is UTF-8 (RFC 6532), or else of an unknown charset. */
function utf8(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? bytes : text;
}

/** The date (RFC 5322, 3.3) in UTC. */
function dateOf(message: Entity): string {
  const time = Date.parse((message.fields.get('date') ?? '').replace(/\([^)]*\)/g, ''));
  return Number.isNaN(time) ? '' : new Date(time).toISOString().replace('.000Z', 'Z');
}
