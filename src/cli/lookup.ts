import { maxIdsPerCall } from '#client/file-watch.ts';
import { type AttemptJson, attemptToJson, type FileWithResultJson, fileToJson } from '#client/json.ts';
import { ResultLookup } from '#client/result-lookup.ts';
import { withRetry } from '#client/retry.ts';
import { type File, FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { isFileId } from './ids.ts';
import type { Session } from './session.ts';

/** A file with all that is known of it. */
export interface FileDetail extends FileWithResultJson {
  readonly attempts: readonly AttemptJson[];
}

/** Puts files and their results together into the lines that commands print. */
export class FileLines {
  readonly #session: Session;
  readonly #results: ResultLookup;

  constructor(session: Session) {
    this.#session = session;
    this.#results = new ResultLookup(session.results, session.retry);
  }

  /** The file with its result, if it is COMPLETED. */
  async of(file: File): Promise<FileWithResultJson> {
    const result = file.status === FileStatus.COMPLETED ? await this.#results.get(file.id) : undefined;
    return fileToJson(file, result ?? null);
  }

  ofAll(files: readonly File[]): Promise<FileWithResultJson[]> {
    return Promise.all(files.map((file) => this.of(file)));
  }

  /** Those that exist, in the order asked for, and the ids of those that do not. */
  async byIds(ids: readonly string[]): Promise<{ found: FileDetail[]; missing: string[] }> {
    const { files, retry } = this.#session;
    const missing = ids.filter((id) => !isFileId(id));
    const found: FileDetail[] = [];
    for (const group of inGroups(ids.filter(isFileId))) {
      const answer = await withRetry(() => files.getFiles({ ids: group }, retry), retry);
      missing.push(...answer.missingIds);
      const lines = await this.ofAll(answer.files);
      const { attempts } = await withRetry(() => files.getAttempts({ fileIds: group }, retry), retry);
      const byFile = Map.groupBy(attempts, ({ fileId }) => fileId);
      found.push(...lines.map((line) => ({ ...line, attempts: (byFile.get(line.id) ?? []).map(attemptToJson) })));
    }
    return { found, missing };
  }
}

/** Lists short enough for one call. */
export function* inGroups(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += maxIdsPerCall) yield ids.slice(start, start + maxIdsPerCall);
}
