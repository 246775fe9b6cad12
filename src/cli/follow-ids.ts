import type { FilemillError } from '#domain/errors.ts';
import type { File } from '#gen/filemill/v1/file_pb.ts';
import { type NotedUpdate, WatchPool } from '#sdk/watch-pool.ts';
import { type ExitCode, exitCodes } from './failure.ts';
import { isFileId, readIds } from './ids.ts';
import { FileLines, Missing } from './lookup.ts';
import type { FileLine } from './output/file-line.ts';
import { recordWriter, type TableStyle } from './output/writer.ts';
import type { Session } from './session.ts';

export interface FollowOptions {
  readonly table: TableStyle<FileLine>;
  /** Prints only the end of each file, not each change. */
  readonly terminalOnly: boolean;
}

/**
 * Prints what happens to files until all have ended, and answers with the exit code. A few thousand are watched at a
 * time, in the order given.
 *
 * @throws FilemillError when the server stayed away, or the signal was aborted
 */
export async function followIds(
  session: Session,
  words: readonly string[],
  { table, terminalOnly }: FollowOptions,
): Promise<ExitCode> {
  const { terminal, format, files, retry, signal } = session;
  const lines = new FileLines(session);
  const writer = await recordWriter(terminal, format, table);
  const missing = new Missing(terminal);
  let failed = false;
  let lost: FilemillError | undefined;

  async function print(updates: readonly NotedUpdate[]): Promise<void> {
    for (const { id, file } of updates) if (file === undefined) missing.report(id);
    const known = updates.flatMap(({ file }): File[] => (file === undefined ? [] : [file]));
    for (const line of await lines.ofAll(known)) {
      writer.write(line);
      failed ||= line.status === 'FAILED';
    }
  }

  const pool = new WatchPool(files, {
    ...retry,
    terminalOnly,
    onUpdates: (updates) =>
      print(updates).catch((error: FilemillError) => {
        lost ??= error;
      }),
    onLost: (_, error) => {
      lost ??= error;
    },
  });
  for await (const id of readIds(words, signal)) {
    if (isFileId(id)) pool.add(id);
    else missing.report(id);
    if (lost !== undefined) break;
    await pool.room();
  }
  await pool.idle();
  if (lost !== undefined) throw lost;
  writer.end();
  if (missing.any) return exitCodes.notFound;
  return failed ? exitCodes.someFailed : exitCodes.ok;
}
