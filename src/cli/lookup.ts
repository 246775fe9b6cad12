import { attemptToJson, fileToJson } from '#contract/json.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { type File, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { isFileId } from './ids.ts';
import type { FileDetail } from './output/detail.ts';
import { printable } from './output/printable.ts';
import type { Terminal } from './output/terminal.ts';
import type { Session } from './session.ts';

/** Combines files and their results into the records that commands print. */
export class FileLines {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Takes up to 1,000 files, and adds its result to each that is COMPLETED. */
  async ofAll(files: readonly File[]): Promise<FileWithResultJson[]> {
    const { results, retry } = this.#session;
    const fileIds = files.filter(({ status }) => status === FileStatus.COMPLETED).map(({ id }) => id);
    const answer =
      fileIds.length === 0 ? undefined : await withRetry(() => results.getResults({ fileIds }, retry), retry);
    const found = new Map(answer?.results.map((result) => [result.fileId, result]));
    return files.map((file) => fileToJson(file, found.get(file.id)));
  }

  /** Looks up at most 1,000 ids: the files that exist, in the order asked for, and the ids of those that do not. */
  async byIds(ids: readonly string[]): Promise<{ found: FileDetail[]; missing: string[] }> {
    const { files, retry } = this.#session;
    const answer = await withRetry(() => files.getFiles({ ids: [...ids] }, retry), retry);
    const lines = await this.ofAll(answer.files);
    const { attempts } = await withRetry(() => files.getAttempts({ fileIds: [...ids] }, retry), retry);
    const byFile = Map.groupBy(attempts, ({ fileId }) => fileId);
    const found = lines.map((line) => ({ ...line, attempts: (byFile.get(line.id) ?? []).map(attemptToJson) }));
    return { found, missing: answer.missingIds };
  }
}

const exampleId = '019c8f0e-6a5b-7c3d-8e2f-1a2b3c4d5e6f';

/** Complains about each id without a file, and knows whether there was any. */
export class Missing {
  readonly #terminal: Terminal;
  any = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  report(id: string): void {
    this.any = true;
    const why = isFileId(id) ? 'It may have been deleted.' : `Ids look like ${exampleId}.`;
    this.#terminal.complain(`filemill: No file has the id ${printable(id)}. ${why}`);
  }
}
