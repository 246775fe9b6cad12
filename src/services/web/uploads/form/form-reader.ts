import { FilemillError } from '#domain/errors.ts';
import { readHeaderValue } from './header-value.ts';

/** One part of a form. Unread content is skipped once the next part is requested. */
export interface FormPart {
  /** From the boundary to the empty line, one character per byte. */
  readonly headers: string;
  readonly content: AsyncIterable<Uint8Array>;
}

const crlf = Buffer.from('\r\n');
const endOfHeaders = Buffer.from('\r\n\r\n');
const maxHeaderBytes = 16 * 1_024;

/**
 * Reads a form (RFC 7578, RFC 2046) part by part, no faster than its reader. Buffers no more than one chunk of the
 * request and the headers of one part.
 */
export class FormReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  /** Bytes not yet consumed. The first boundary may stand in the first line. */
  #rest: Buffer = crlf;
  /** The preamble before the first boundary is skipped like content. */
  #inContent = true;
  /** Serializes reads: a reader that stopped may have left one in progress. */
  #turn: Promise<unknown> = Promise.resolve();
  #failure: FilemillError | undefined;

  /** @throws FilemillError REQUEST_INVALID when there is no form */
  constructor(contentType: string, content: AsyncIterable<Uint8Array>) {
    this.#delimiter = Buffer.from(`\r\n--${boundaryIn(contentType)}`, 'latin1');
    this.#chunks = content[Symbol.asyncIterator]();
  }

  /** Why the form cannot be read further, if so. */
  get failure(): FilemillError | undefined {
    return this.#failure;
  }

  /** @throws FilemillError REQUEST_INVALID where the form breaks off; earlier parts are whole */
  async *parts(): AsyncGenerator<FormPart, void> {
    try {
      for (;;) {
        while ((await this.#take()) !== undefined);
        if (await this.#isLast()) return;
        const headers = await this.#headers();
        this.#inContent = true;
        yield { headers, content: this.#content() };
      }
    } finally {
      // Not awaited, as a read may be in progress.
      this.#chunks.return?.().catch(() => undefined);
    }
  }

  async *#content(): AsyncGenerator<Uint8Array, void> {
    for (let piece = await this.#take(); piece !== undefined; piece = await this.#take()) yield piece;
  }

  #take(): Promise<Buffer | undefined> {
    const taken = this.#turn.then(() => this.#piece());
    this.#turn = taken.catch(() => undefined);
    return taken;
  }

  /** The next piece of content; undefined at its end. */
  async #piece(): Promise<Buffer | undefined> {
    while (this.#inContent) {
      const end = this.#rest.indexOf(this.#delimiter);
      if (end !== -1) this.#inContent = false;
      const piece = this.#shift(end === -1 ? this.#sure() : end);
      if (end !== -1) this.#shift(this.#delimiter.length);
      if (piece.length > 0) return piece;
      if (end === -1) await this.#more();
    }
    return undefined;
  }

  /** How many bytes are certainly content: a delimiter may begin in this chunk and end in the next. */
  #sure(): number {
    const from = Math.max(0, this.#rest.length - this.#delimiter.length + 1);
    const doubtful = this.#rest.indexOf(crlf.subarray(0, 1), from);
    return doubtful === -1 ? this.#rest.length : doubtful;
  }

  /** Two hyphens after a boundary end the form; the epilogue is ignored. */
  async #isLast(): Promise<boolean> {
    while (this.#rest.length < 2) await this.#more();
    return this.#rest.toString('latin1', 0, 2) === '--';
  }

  async #headers(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(endOfHeaders);
      if ((end === -1 ? this.#rest.length : end) > maxHeaderBytes)
        throw this.#fail(new FilemillError('REQUEST_INVALID', `The headers of a part exceed ${maxHeaderBytes} bytes.`));
      if (end !== -1) {
        const block = this.#shift(end).toString('latin1');
        this.#shift(endOfHeaders.length);
        return block;
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { done, value } = await this.#chunks.next().catch((error: FilemillError) => {
      throw this.#fail(error);
    });
    if (done)
      throw this.#fail(new FilemillError('REQUEST_INVALID', 'The form broke off: its last boundary is missing.'));
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.length);
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }

  #shift(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  #fail(error: FilemillError): FilemillError {
    this.#failure = error;
    return error;
  }
}

function boundaryIn(contentType: string): string {
  const { word, parameters } = readHeaderValue(contentType);
  if (word !== 'multipart/form-data')
    throw new FilemillError('REQUEST_INVALID', 'Send a form: the Content-Type must be multipart/form-data.');
  const boundary = parameters.get('boundary') ?? '';
  if (boundary === '') throw new FilemillError('REQUEST_INVALID', 'The Content-Type of the form names no boundary.');
  return boundary;
}
