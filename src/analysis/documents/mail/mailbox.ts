import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import type { DocumentReader } from '../reader.ts';
import { addBody, bodyOf } from './body.ts';
import { parseMessage } from './entity.ts';

const chunkBytes = 4 * 2 ** 20;
/** The largest message of a mailbox that is read. */
const maxMessage = 64 * 2 ** 20;

/** A mailbox (RFC 4155): all its messages, one after the other. */
export const reader: DocumentReader = {
  types: ['application/mbox'],
  async read(source, document) {
    let messages = 0;
    let attachments = 0;
    for await (const bytes of messagesOf(source.blob)) {
      const body = bodyOf(parseMessage(bytes));
      messages += 1;
      attachments += body.attachments;
      addBody(body, document);
    }
    document.facts({ messages, attachments });
  },
};

/** An empty line, and the line that begins a message, which ends with a year or a time zone. */
const separator = /(\n\r?\n)From \S.{0,200}\d\r?\n/g;
/** What a separator that a chunk cuts may have in it. */
const overlap = 300;

async function* messagesOf(blob: BlobHandle): AsyncIterable<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  let searched = 0;
  for (let offset = 0; offset < blob.size; ) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, blob.size - offset));
    const read = await blob.read(offset, chunk);
    if (read === 0) break;
    offset += read;
    pending = Buffer.concat([pending, chunk.subarray(0, read)]);
    let from = 0;
    for (const { index, 1: emptyLine = '' } of pending.toString('latin1', searched).matchAll(separator)) {
      const end = searched + index + emptyLine.length;
      yield pending.subarray(from, end);
      from = end;
    }
    pending = pending.subarray(from);
    searched = Math.max(0, pending.length - overlap);
    if (pending.length > maxMessage)
      throw new UnreadableFile('too_large', `A message of the mailbox has more than ${maxMessage} bytes.`);
  }
  if (pending.length > 0) yield pending;
}
