import type { StagedBlob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { UploadPart } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { failpoint } from '#platform/failpoints.ts';
import { pair } from '#platform/pair.ts';
import type { Semaphore } from '#platform/semaphore.ts';
import type { Span } from '#platform/telemetry/span.ts';
import { traceContextFrom } from '#platform/telemetry/trace-context.ts';
import { startSpan } from '#platform/telemetry/traces.ts';
import {
  type AcceptanceContext,
  type AcceptedCall,
  type Answer,
  accept,
  acceptAll,
  type Verified,
} from '../acceptance/acceptance.ts';
import type { Quotas } from '../callers/quotas.ts';
import type { Admission, Admitted } from '../intake/admission.ts';
import { Content, verifyWhole } from '../intake/content.ts';
import { type Declaration, readDeclaration } from '../intake/declaration.ts';

export interface ManyFilesContext extends AcceptanceContext {
  readonly admission: Admission;
  readonly quotas: Quotas;
  /** Bytes of buffered files, over all streams. */
  readonly memory: Semaphore;
  /** Bytes. */
  readonly maxFileSize: number;
}

export interface Outcome {
  readonly sequence: number;
  readonly answer: Answer | { readonly refusal: unknown };
}

/** Unanswered files per stream: far more than one batch of the disk or the database. */
const maxUnanswered = 2_048;

/** A file whose first part has come. */
interface Begun {
  readonly sequence: number;
  readonly span: Span;
  /** A reading of performance.now(). */
  readonly beganAt: number;
}

/** The file that is coming in pieces; `file` is undefined once it was refused, and its remaining pieces are skipped. */
interface Coming extends Begun {
  readonly file: undefined | { staged: StagedBlob; content: Content; declared: Declaration; admitted: Admitted };
}

/** The files of one UploadMany stream; each is kept or refused on its own. */
export class ManyFiles {
  readonly #context: ManyFilesContext;
  readonly #call: AcceptedCall;
  readonly #tell: (outcome: Outcome) => void;
  #coming: Coming | undefined;
  #unanswered = 0;
  #answered = Promise.withResolvers<void>();

  constructor(context: ManyFilesContext, call: AcceptedCall, tell: (outcome: Outcome) => void) {
    this.#context = context;
    this.#call = call;
    this.#tell = tell;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  /** Whether the next part should continue a file. */
  get comesInPieces(): boolean {
    return this.#coming !== undefined;
  }

  /**
   * Takes the parts of one message. Resolves when the next message may come: the back-pressure that keeps the stream
   * from outrunning the disk. Never rejects.
   */
  async take(parts: readonly UploadPart[]): Promise<void> {
    let whole: UploadPart[] = [];
    for (const part of parts) {
      if (part.metadata !== undefined && part.closing !== undefined) whole.push(part);
      else {
        await this.#takeWhole(whole);
        whole = [];
        await this.#takePiece(part);
      }
    }
    await this.#takeWhole(whole);
  }

  /** Ends the stream. Resolves when every file is answered. */
  async end(): Promise<void> {
    await this.#breakOff();
    while (this.#unanswered > 0) await this.#nextAnswer();
  }

  /** Keeps whole files in one batch while the next message comes. */
  async #takeWhole(parts: readonly UploadPart[]): Promise<void> {
    if (parts.length === 0) return;
    const beganAt = performance.now();
    await this.#breakOff();
    while (this.#unanswered >= maxUnanswered) await this.#nextAnswer();
    const bytes = parts.reduce((sum, { content }) => sum + content.length, 0);
    const room = await this.#context.memory.take(never, bytes);
    void this.#keepWhole(parts, beganAt).finally(() => room[Symbol.dispose]());
  }

  async #keepWhole(parts: readonly UploadPart[], beganAt: number): Promise<void> {
    const { admission, maxFileSize, quotas } = this.#context;
    const contents: Uint8Array[] = [];
    const begun: Begun[] = [];
    const verified: Verified[] = [];
    for (const part of parts) {
      const file = this.#begin(part, beganAt);
      try {
        verified.push({ ...verifyPart(part, maxFileSize), beganAt, trace: file.span.trace });
        contents.push(part.content);
        begun.push(file);
      } catch (refusal) {
        this.#refuse(file, refusal);
      }
    }
    await this.#answer(begun, async () => {
      await quotas.requireRoom(
        this.#call.caller.tenant,
        null,
        verified.map(({ declared }) => declared.idempotencyKey),
      );
      await admission.allows();
      await failpoint('upload.chunk');
      return await acceptAll(this.#context, contents, verified, this.#call);
    });
  }

  async #takePiece(part: UploadPart): Promise<void> {
    if (part.metadata !== undefined) await this.#beginInPieces(part);
    else if (part.sequence === this.#coming?.sequence) await this.#continue(this.#coming, part);
    else this.#refuse(this.#begin(part), new FilemillError('METADATA_MISSING'));
  }

  /** A stream may last for days: each of its files is a trace of its own, unless the client says otherwise. */
  #begin({ sequence, traceparent }: UploadPart, beganAt = performance.now()): Begun {
    const { trace } = this.#call;
    const parent = traceContextFrom(traceparent);
    const span = startSpan('upload', { kind: 'server', parent, root: true, links: [trace], beganAt });
    return { sequence, span, beganAt };
  }

  async #beginInPieces(part: UploadPart): Promise<void> {
    await this.#breakOff();
    const { metadata } = part;
    const begun = this.#begin(part);
    const { admission, blobs, maxFileSize, quotas } = this.#context;
    try {
      const declared = readDeclaration(metadata as NonNullable<typeof metadata>, maxFileSize);
      await quotas.requireRoom(this.#call.caller.tenant, declared.size, [declared.idempotencyKey]);
      const admitted = await admission.enter(declared.size);
      const staged = await blobs.stage({ hashed: true }).catch((error: unknown) => {
        admitted[Symbol.dispose]();
        throw error;
      });
      const content = new Content({ staged, admitted, declared, maxFileSize });
      this.#coming = { ...begun, file: { staged, content, declared, admitted } };
    } catch (error) {
      this.#coming = { ...begun, file: undefined };
      return this.#refuse(begun, error);
    }
    await this.#continue(this.#coming, part);
  }

  async #continue({ file, ...begun }: Coming, { content, closing }: UploadPart): Promise<void> {
    if (closing !== undefined) this.#coming = undefined;
    if (file === undefined) return;
    try {
      if (content.length > 0) await file.content.take(content);
    } catch (error) {
      await this.#drop({ ...begun, file }, error);
      if (closing === undefined) this.#coming = { ...begun, file: undefined };
      return;
    }
    if (closing !== undefined) void this.#answer([begun], async () => [await this.#keep(file, closing.sha256, begun)]);
  }

  async #keep(file: NonNullable<Coming['file']>, closing: string, { span, beganAt }: Begun): Promise<Answer> {
    using _ = file.admitted;
    await using staged = file.staged;
    const sha256 = await file.content.verify(closing);
    const verified = { declared: file.declared, size: staged.size, sha256, beganAt, trace: span.trace };
    return await accept(this.#context, staged, verified, this.#call);
  }

  /** Refuses the file that has not come to its end. */
  async #breakOff(): Promise<void> {
    const coming = this.#coming;
    this.#coming = undefined;
    if (coming !== undefined)
      await this.#drop(coming, new FilemillError('REQUEST_INVALID', 'The closing part of the file is missing.'));
  }

  async #drop({ file, ...begun }: Coming, refusal: unknown): Promise<void> {
    if (file === undefined) return;
    await file.staged.discard().catch(() => undefined);
    file.admitted[Symbol.dispose]();
    this.#refuse(begun, refusal);
  }

  #refuse(file: Begun, refusal: unknown): void {
    this.#end(file, { refusal });
  }

  #end({ sequence, span }: Begun, answer: Outcome['answer']): void {
    if ('id' in answer) span.set({ 'filemill.file.id': answer.id, 'filemill.file.size': Number(answer.size) });
    else span.fail(answer.refusal);
    span.end();
    this.#tell({ sequence, answer });
  }

  async #answer(files: readonly Begun[], keep: () => Promise<readonly Answer[]>): Promise<void> {
    if (files.length === 0) return;
    this.#unanswered += files.length;
    try {
      const answers = await keep();
      for (const [file, answer] of pair(files, answers)) this.#end(file, answer);
    } catch (refusal) {
      for (const file of files) this.#refuse(file, refusal);
    } finally {
      this.#unanswered -= files.length;
      this.#answered.resolve();
    }
  }

  async #nextAnswer(): Promise<void> {
    this.#answered = Promise.withResolvers();
    await this.#answered.promise;
  }
}

/** @throws FilemillError why a whole file is refused */
function verifyPart({ metadata, content, closing }: UploadPart, maxFileSize: number): Verified {
  const declared = readDeclaration(metadata as NonNullable<typeof metadata>, maxFileSize);
  const sha256 = verifyWhole(content, closing?.sha256 ?? '', { declared, maxFileSize });
  return { declared, size: content.length, sha256 };
}
