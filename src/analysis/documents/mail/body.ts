import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { decoderOf, decodeText } from '../decoding.ts';
import { decodeHtml } from '../html/html.ts';
import { addVisibleText } from '../html/visible-text.ts';
import type { DocumentSink } from '../reader.ts';
import { contentOf, type Entity, parseMessage, partsOf } from './entity.ts';
import { plainText } from './plain-text.ts';

/** What a message shows. */
export interface MessageBody {
  readonly texts: readonly BodyText[];
  /** Files that are attached. */
  readonly attachments: number;
  readonly isEncrypted: boolean;
}

export interface BodyText {
  readonly text: string;
  readonly isHtml: boolean;
}

/** Parts within more than this many others are taken for attachments. */
const maxDepth = 30;

const attached: MessageBody = { texts: [], attachments: 1, isEncrypted: false };
const nothing: MessageBody = { texts: [], attachments: 0, isEncrypted: false };
const locked: MessageBody = { texts: [], attachments: 0, isEncrypted: true };
/** Types that only programs read. */
const machines: ReadonlySet<string> = new Set([
  'application/pgp-signature',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'message/delivery-status',
  'message/disposition-notification',
  'message/feedback-report',
  'text/rfc822-headers',
]);

/** Reads a message: its text and that of messages in it, but no headers and nothing attached. */
export function bodyOf(message: Entity): MessageBody {
  return read(message, 0);
}

function read(entity: Entity, depth: number): MessageBody {
  const { type, parameters } = entity;
  if (depth > maxDepth) return attached;
  if (type.startsWith('multipart/')) return multipart(entity, depth);
  if (machines.has(type)) return nothing;
  if (/^application\/(?:x-)?pkcs7-mime$/.test(type))
    return parameters.get('smime-type') === 'signed-data' ? nothing : locked;
  if (depth > 0 && isAttached(entity)) return attached;
  if (type === 'message/rfc822' || type === 'message/global' || type === 'message/news')
    return read(parseMessage(contentOf(entity)), depth + 1);
  if (type === 'text/html' || type === 'text/plain' || /^text\/(?:enriched|richtext)$/.test(type))
    return textOf(entity);
  return depth === 0 && type.startsWith('text/') ? textOf(entity) : attached;
}

function isAttached({ fields }: Entity): boolean {
  return /^\s*attachment\b/i.test(fields.get('content-disposition') ?? '');
}

function textOf(entity: Entity): MessageBody {
  const { type, parameters } = entity;
  const charset = parameters.get('charset');
  const content = contentOf(entity);
  // Many programs state another charset, or none. ASCII may be the form that some charset has in 7 bits.
  const found = isUtf8(content) && !isAscii(content) ? 'utf-8' : null;
  if (type === 'text/html') return { ...nothing, texts: [{ text: decodeHtml(content, found, charset), isHtml: true }] };
  const { text, files, isEncrypted } = plainText(decodePlain(content, found, charset), type, parameters);
  return { texts: [{ text, isHtml: false }], attachments: files, isEncrypted };
}

/** Mail has charsets that the Encoding Standard has not, as UTF-7 and the code pages of DOS. */
function decodePlain(content: Buffer, found: string | null, charset: string | undefined): string {
  const isOther = found === null && charset !== undefined && decoderOf(charset) === undefined;
  return isOther && iconv.encodingExists(charset)
    ? iconv.decode(content, charset)
    : decodeText(content, found, charset);
}

function multipart(entity: Entity, depth: number): MessageBody {
  const parts = [...partsOf(entity)];
  // Without its boundary, nothing tells the parts from the text.
  if (parts.length === 0) return textOf({ ...entity, type: 'text/plain' });
  switch (entity.type) {
    case 'multipart/encrypted':
      return locked;
    case 'multipart/alternative':
      return alternative(parts, depth);
    case 'multipart/related':
      return related(parts, depth);
    default:
      return together(parts.map((part) => read(part, depth + 1)));
  }
}

/** One of several forms of the same: the plain one, unless it is empty; or else the last, which is the best. */
function alternative(parts: readonly Entity[], depth: number): MessageBody {
  const bodies = parts.map((part) => read(part, depth + 1));
  const isPlain = ({ texts }: MessageBody) => texts.some(({ isHtml, text }) => !isHtml && /\S/.test(text));
  const shown = bodies.find(isPlain) ?? bodies.findLast(({ texts }) => texts.length > 0) ?? nothing;
  return { ...together(bodies), texts: shown.texts, attachments: attachmentsWithin(parts, bodies) };
}

/** A page and what is shown in it; frames of a frame set are pages, too. */
function related(parts: readonly Entity[], depth: number): MessageBody {
  const bodies = parts.map((part) => read(part, depth + 1));
  const hasFrames = bodies[0]?.texts.some(({ text, isHtml }) => isHtml && /<frameset\b/i.test(text)) === true;
  const shown = hasFrames ? bodies : bodies.slice(0, 1);
  return {
    ...together(bodies),
    texts: shown.flatMap(({ texts }) => texts),
    attachments: attachmentsWithin(parts, bodies),
  };
}

/** What is not shown of these parts is a form or a picture of what is, unless it says that it is attached. */
function attachmentsWithin(parts: readonly Entity[], bodies: readonly MessageBody[]): number {
  const isCounted = (part: Entity) => part.type.startsWith('multipart/') || isAttached(part);
  return parts.reduce((sum, part, index) => sum + (isCounted(part) ? (bodies[index]?.attachments ?? 0) : 0), 0);
}

function together(bodies: readonly MessageBody[]): MessageBody {
  return {
    texts: bodies.flatMap(({ texts }) => texts),
    attachments: bodies.reduce((sum, { attachments }) => sum + attachments, 0),
    isEncrypted: bodies.some(({ isEncrypted }) => isEncrypted),
  };
}

export function addBody({ texts }: MessageBody, document: DocumentSink): void {
  for (const { text, isHtml } of texts)
    if (isHtml) addVisibleText(text, document);
    else document.text('body', `${text}\n`);
}
