import { type CompoundEntry, CompoundFile } from '../../containers/cfb.ts';
import { childOf } from '../../containers/cfb-directory.ts';
import { decodeCodePage } from '../code-pages.ts';
import { decodeHtml } from '../html/html.ts';
import { addVisibleText } from '../html/visible-text.ts';
import { dateOfFileTime } from '../old-office/properties.ts';
import type { DocumentReader, DocumentSink, DocumentSource } from '../reader.ts';
import { readRtf } from '../rtf/rtf.ts';
import { decompressedRtf } from './compressed-rtf.ts';

const maxStream = 64 * 2 ** 20;
/** Messages within messages. */
const maxDepth = 20;

/** Properties, by their numbers in [MS-OXPROPS]. */
const subject = 0x0037;
const submitTime = 0x0039;
const sender = 0x0c1a;
const deliveryTime = 0x0e06;
const plainText = 0x1000;
const rtfText = 0x1009;
const htmlText = 0x1013;
const attachedObject = 0x3701;
const internetCodePage = 0x3fde;
const messageCodePage = 0x3ffd;

/** Types of values, of [MS-OXCDATA] 2.11.1. */
const narrowText = '001E';
const wideText = '001F';
const binary = '0102';
const object = '000D';

/** Messages that Outlook saved. */
export const reader: DocumentReader = { types: ['application/vnd.ms-outlook'], read };

async function read(source: DocumentSource, document: DocumentSink): Promise<void> {
  const file = await CompoundFile.open(source.blob);
  const message = await Message.open(file, file.root, 32);
  document.facts({
    subject: (await message.text(subject)) ?? '',
    author: (await message.text(sender)) ?? '',
    created: message.time(submitTime) ?? message.time(deliveryTime) ?? '',
    attachments: message.attachments.length,
  });
  await giveBody(message, document, 0);
}

/** The body as its writer made it, HTML or RTF, is better than the plain text made from it, which names link addresses. */
async function giveBody(message: Message, document: DocumentSink, depth: number): Promise<void> {
  const html = await message.html();
  const rtf = html === undefined ? await message.bytes(rtfText, binary) : undefined;
  if (html !== undefined) addVisibleText(html, document);
  else if (rtf !== undefined) readRtf(decompressedRtf(rtf), document);
  else document.text('body', (await message.text(plainText)) ?? '');
  document.text('body', '\n');
  if (depth === maxDepth) return;
  for (const attachment of message.attachments) {
    const inner = childOf(attachment, streamName(attachedObject, object));
    if (inner?.kind === 'storage') await giveBody(await Message.open(message.file, inner, 24), document, depth + 1);
  }
}

class Message {
  readonly file: CompoundFile;
  readonly #storage: CompoundEntry;
  /** Values of up to 8 bytes, each behind its type, its number and flags. */
  readonly #values: Buffer;

  private constructor(file: CompoundFile, storage: CompoundEntry, values: Buffer) {
    this.file = file;
    this.#storage = storage;
    this.#values = values;
  }

  /** @param headerLength of the stream of short values: different in a message within another */
  static async open(file: CompoundFile, storage: CompoundEntry, headerLength: number): Promise<Message> {
    const stream = childOf(storage, '__properties_version1.0');
    const values = stream === undefined ? Buffer.alloc(0) : await file.read(stream, maxStream);
    return new Message(file, storage, values.subarray(headerLength));
  }

  get attachments(): readonly CompoundEntry[] {
    return this.#storage.children.filter(({ kind, name }) => kind === 'storage' && name.startsWith('__attach_'));
  }

  async bytes(property: number, type: string): Promise<Buffer | undefined> {
    const stream = childOf(this.#storage, streamName(property, type));
    return stream === undefined || stream.size === 0 ? undefined : await this.file.read(stream, maxStream);
  }

  async text(property: number): Promise<string | undefined> {
    const wide = await this.bytes(property, wideText);
    if (wide !== undefined) return withoutEnd(decodeCodePage(wide, 1200));
    const narrow = await this.bytes(property, narrowText);
    const codePage = this.#number(messageCodePage) ?? this.#number(internetCodePage) ?? 1252;
    return narrow && withoutEnd(decodeCodePage(narrow, codePage));
  }

  async html(): Promise<string | undefined> {
    const bytes = await this.bytes(htmlText, binary);
    const codePage = this.#number(internetCodePage);
    if (bytes === undefined) return await this.text(htmlText);
    return codePage === undefined ? decodeHtml(bytes, null) : decodeCodePage(bytes, codePage);
  }

  time(property: number): string | undefined {
    const value = this.#value(property);
    return value && dateOfFileTime(value.readBigUInt64LE(0));
  }

  #number(property: number): number | undefined {
    return this.#value(property)?.readUInt32LE(0);
  }

  #value(property: number): Buffer | undefined {
    for (let at = 0; at + 16 <= this.#values.length; at += 16)
      if (this.#values.readUInt16LE(at + 2) === property) return this.#values.subarray(at + 8, at + 16);
    return undefined;
  }
}

function streamName(property: number, type: string): string {
  return `__substg1.0_${property.toString(16).padStart(4, '0')}${type}`;
}

/** Some programs write a NUL at the end. */
function withoutEnd(text: string): string {
  return text.endsWith('\0') ? text.slice(0, text.indexOf('\0')) : text;
}
