import { attemptToJson, fileToJson } from '#contract/json.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { type File, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { lookUpResults } from '#sdk/result-lookup.ts';
import type { FileDetail } from './output/detail.ts';
import type { Session } from './session.ts';

/** Puts files and their results together into the lines that commands print. */
export class FileLines {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Up to 1,000 files, each with its result if it is COMPLETED. */
  async ofAll(files: readonly File[]): Promise<FileWithResultJson[]> {
    const { results, retry } = this.#session;
    const completed = files.filter(({ status }) => status === FileStatus.COMPLETED).map(({ id }) => id);
    const found = await lookUpResults(results, completed, retry);
    return files.map((file) => fileToJson(file, found.get(file.id)));
  }

  /** Of up to 1,000: those that exist, in the order asked for, and the ids of those that do not. */
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
