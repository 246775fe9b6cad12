import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Database } from '#adapters/postgres/database/database.ts';
import { type Cursor, changesFromNow, readChanges } from '#adapters/postgres/files/file-changes.ts';
import { getFiles } from '#adapters/postgres/files/file-queries.ts';
import type { FileRecord } from '#domain/file.ts';
import type { GetStatsResponseSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { untilAborted } from '#platform/abort.ts';
import { ChangeBoxes, type ChangeNews, maxToldFiles } from '#platform/change-box.ts';
import { startDuty } from '#platform/duty.ts';
import type { Logger } from '#platform/logger.ts';
import { type StatsSources, statsMessage } from './stats-message.ts';

export type ChangeHub = ChangeBoxes<FileRecord, NonNullable<FileNews['stats']>>;

/** Rest between two looks. */
const restMs = 200;
/** What no notification tells of is noticed within this time; statistics are taken as often. */
const pollMs = 1_000;
/** Longest time that changes may wait for a transaction that began before them. */
const patienceMs = 2_000;

interface ChangeHubOptions extends StatsSources {
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/**
 * One look at the changes for all who watch them, while somebody does: a thousand readers cost PostgreSQL no more
 * than one.
 */
export function createChangeHub({ logger, stopping, ...sources }: ChangeHubOptions): ChangeHub {
  const hub: ChangeHub = new ChangeBoxes(async (signal, begun) => {
    const view = new ChangeView(sources, await changesFromNow(sources.database));
    begun();
    let changed: Promise<void> | undefined;
    const round = async (stop: AbortSignal) => {
      await changed;
      // Subscribed before looking, so that no change falls between.
      const next = sources.changes.next(pollMs, stop);
      changed = undefined;
      const { news, behind } = await view.look();
      // When it ended meanwhile, another watch may have told its readers of later states.
      if (news !== undefined && !stop.aborted) hub.put(news);
      if (!behind) changed = next;
      return restMs;
    };
    await using _ = startDuty({ name: 'change hub', logger, round, maxBackoffMs: 2 * pollMs });
    await untilAborted(AbortSignal.any([signal, stopping]));
  });
  return hub;
}

/** How far the changes have been told. */
class ChangeView {
  readonly #sources: StatsSources;
  #cursor: Cursor;
  #movedAt = performance.now();
  #statsAt = 0;

  constructor(sources: StatsSources, cursor: Cursor) {
    this.#sources = sources;
    this.#cursor = cursor;
  }

  /** Answers with what is new, and whether there are changes that could not be told of yet. */
  async look(): Promise<{ readonly news: FileNews | undefined; readonly behind: boolean }> {
    const now = performance.now();
    const stats = await this.#stats(now);
    // The last thing that may fail: once the cursor has moved, what it passed is told.
    const { behind, known: _, ...changes } = await newsSince(this.#sources.database, this.#cursor);
    if (changes.cursor !== this.#cursor || !behind) this.#movedAt = now;
    this.#cursor = changes.cursor;
    const held = now - this.#movedAt > patienceMs;
    if (held) this.#movedAt = now;
    const news: FileNews = { ...changes, lookAgain: changes.lookAgain || held, stats };
    return { news: news.files.size > 0 || news.lookAgain || stats !== undefined ? news : undefined, behind };
  }

  async #stats(now: number): Promise<FileNews['stats']> {
    if (now - this.#statsAt < pollMs) return undefined;
    const stats = await statsMessage(this.#sources);
    this.#statsAt = now;
    return stats;
  }
}

export type FileNews = ChangeNews<FileRecord, MessageInitShape<typeof GetStatsResponseSchema>>;

/** A file may be named once for each change: so many names are read before it is too much. */
const maxNames = 4 * maxToldFiles;

/**
 * What became of the files that changed since the cursor: their state of now, as the order of transaction ids is not
 * that of changes.
 */
export async function newsSince(
  database: Database,
  since: Cursor,
): Promise<FileNews & { readonly known: boolean; readonly behind: boolean }> {
  const { cursor, ids, known, behind } = await readChanges(database, since, maxNames);
  const distinct = new Set(ids);
  const tooMany = ids.length === maxNames || distinct.size > maxToldFiles;
  const told = tooMany ? [] : [...distinct];
  const found = told.length === 0 ? new Map<string, FileRecord>() : await getFiles(database, told);
  const files = new Map(told.map((id) => [id, found.get(id) ?? null]));
  return { cursor, files, lookAgain: tooMany || !known, known, behind };
}
