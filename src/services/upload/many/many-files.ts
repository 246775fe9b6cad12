import type { StagedBlob } from '#domain/blob-store.ts';
import { FilemillError } from '#domain/errors.ts';
import type { UploadPart } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { failpoint } from '#platform/failpoints.ts';
import { pair } from '#platform/pair.ts';
import type { Semaphore } from '#platform/semaphore.ts';
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

/** The file that is coming in pieces; `file` is undefined once it was refused, and its remaining pieces are skipped. */
interface Coming {
  readonly sequence: number;
  readonly file:
    | undefined
    | { staged: StagedBlob; content: Content; declared: Declaration; admitted: Admitted; beganAt: number };
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
    const good: UploadPart[] = [];
    const verified: Verified[] = [];
    for (const part of parts)
      try {
        verified.push({ ...verifyPart(part, maxFileSize), beganAt });
        good.push(part);
      } catch (refusal) {
        this.#tell({ sequence: part.sequence, answer: { refusal } });
      }
    await this.#answer(good, async () => {
      await quotas.requireRoom(
        this.#call.caller.tenant,
        null,
        verified.map(({ declared }) => declared.idempotencyKey),
      );
      await admission.allows();
      await failpoint('upload.chunk');
      const contents = good.map(({ content }) => content);
      return await acceptAll(this.#context, contents, verified, this.#call);
    });
  }

  async #takePiece(part: UploadPart): Promise<void> {
    if (part.metadata !== undefined) await this.#beginInPieces(part);
    else if (part.sequence === this.#coming?.sequence) await this.#continue(this.#coming, part);
    else this.#refuse(part.sequence, new FilemillError('METADATA_MISSING'));
  }

  async #beginInPieces(part: UploadPart): Promise<void> {
    await this.#breakOff();
    const beganAt = performance.now();
    const { sequence, metadata } = part;
    const { admission, blobs, maxFileSize, quotas } = this.#context;
    try {
      const declared = readDeclaration(metadata as NonNullable<typeof metadata>, maxFileSize);
      await quotas.requireRoom(this.#call.caller.tenant, declared.size, [declared.idempotencyKey]);
      const admitted = await admission.enter(declared.size);
      const staged = await blobs.stage().catch((error: unknown) => {
        admitted[Symbol.dispose]();
        throw error;
      });
      const content = new Content({ staged, admitted, declared: { ...declared, sha256AtClose: true }, maxFileSize });
      this.#coming = { sequence, file: { staged, content, declared, admitted, beganAt } };
    } catch (error) {
      this.#coming = { sequence, file: undefined };
      return this.#refuse(sequence, error);
    }
    await this.#continue(this.#coming, part);
  }

  async #continue({ sequence, file }: Coming, { content, closing }: UploadPart): Promise<void> {
    if (closing !== undefined) this.#coming = undefined;
    if (file === undefined) return;
    try {
      if (content.length > 0) await file.content.take(content);
    } catch (error) {
      await this.#drop({ sequence, file }, error);
      if (closing === undefined) this.#coming = { sequence, file: undefined };
      return;
    }
    if (closing !== undefined) void this.#answer([{ sequence }], async () => [await this.#keep(file, closing.sha256)]);
  }

  async #keep(file: NonNullable<Coming['file']>, closing: string): Promise<Answer> {
    using _ = file.admitted;
    await using staged = file.staged;
    const sha256 = await file.content.verify(closing);
    const { declared, beganAt } = file;
    return await accept(this.#context, staged, { declared, size: staged.size, sha256, beganAt }, this.#call);
  }

  /** Refuses the file that has not come to its end. */
  async #breakOff(): Promise<void> {
    const coming = this.#coming;
    this.#coming = undefined;
    if (coming !== undefined)
      await this.#drop(coming, new FilemillError('REQUEST_INVALID', 'The closing part of the file is missing.'));
  }

  async #drop({ sequence, file }: Coming, refusal: unknown): Promise<void> {
    if (file === undefined) return;
    await file.staged.discard().catch(() => undefined);
    file.admitted[Symbol.dispose]();
    this.#refuse(sequence, refusal);
  }

  #refuse(sequence: number, refusal: unknown): void {
    this.#tell({ sequence, answer: { refusal } });
  }

  async #answer(files: readonly Pick<UploadPart, 'sequence'>[], keep: () => Promise<readonly Answer[]>): Promise<void> {
    if (files.length === 0) return;
    this.#unanswered += files.length;
    try {
      const answers = await keep();
      for (const [{ sequence }, answer] of pair(files, answers)) this.#tell({ sequence, answer });
    } catch (refusal) {
      for (const { sequence } of files) this.#refuse(sequence, refusal);
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
