import type { CoreFields } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';

/** Reads the text of documents of some types. */
export interface DocumentReader {
  /** MIME types. */
  readonly types: readonly string[];
  /**
   * Gives the text to `document`, in reading order.
   *
   * @throws UnreadableFile when the document is damaged; what was given before counts for nothing
   */
  read(source: DocumentSource, document: DocumentSink): Promise<void>;
}

export interface DocumentSource {
  readonly blob: BlobHandle;
  readonly filename: string;
  readonly core: CoreFields;
  /** The whole file. @throws UnreadableFile when it is larger than may be held in memory */
  bytes(): Promise<Buffer>;
}

export interface DocumentSink {
  /**
   * Adds text. Pieces of the same part are joined as they are, so a piece ends with white space where a word ends.
   *
   * @throws UnreadableFile when the text becomes longer than may be
   */
  text(part: Part, piece: string): void;
  /** Adds facts; a later value of the same fact replaces the earlier. Empty strings are ignored. */
  facts(facts: Partial<DocumentFacts>): void;
}

/** Parts of a document that the word count includes; docs/analysis.md defines them. */
export const countedParts = ['body', 'footnotes', 'text_boxes', 'notes', 'form_fields'] as const;
/** Parts that it leaves out. `page_headers` includes footers; `hidden` is text that a reader does not see. */
export const otherParts = ['page_headers', 'comments', 'hidden'] as const;
export type Part = (typeof countedParts)[number] | (typeof otherParts)[number];

export interface DocumentFacts {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  /** RFC 3339; a date alone when the document has no time. */
  readonly created: string;
  readonly modified: string;
  readonly pages: number;
  readonly sheets: number;
  readonly slides: number;
  /** Messages of a mailbox. */
  readonly messages: number;
  /** Files attached to a mail. */
  readonly attachments: number;
  /** The document needs a password to be read. */
  readonly encrypted: true;
}
