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

/** Pause between two queries. */
const restMs = 200;
/** Changes without a notification are found within this time; statistics are refreshed as often. */
const pollMs = 1_000;
/** How long changes may wait for an older transaction. */
const patienceMs = 2_000;

interface ChangeHubOptions extends StatsSources {
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/** A hub for each tenant that is watched, and one for those who see all tenants. */
export class ChangeHubs {
  readonly #options: ChangeHubOptions;
  readonly #hubs = new Map<string | undefined, ChangeHub>();

  constructor(options: ChangeHubOptions) {
    this.#options = options;
  }

  of(tenant: string | undefined): ChangeHub {
    const hub = this.#hubs.get(tenant) ?? createChangeHub(this.#options, tenant, () => this.#hubs.delete(tenant));
    this.#hubs.set(tenant, hub);
    return hub;
  }
}

/**
 * Shares one query for changes among all watchers of a tenant, while there are any: a thousand readers cost PostgreSQL no
 * more than one.
 *
 * @param left called when the last one has left
 */
function createChangeHub(
  { logger, stopping, ...sources }: ChangeHubOptions,
  tenant: string | undefined,
  left: () => void,
): ChangeHub {
  const hub: ChangeHub = new ChangeBoxes(async (signal, begun) => {
    using _left = { [Symbol.dispose]: left };
    const view = new ChangeView(sources, tenant, await changesFromNow(sources.database));
    begun();
    let changed: Promise<void> | undefined;
    const round = async (stop: AbortSignal) => {
      await changed;
      // Subscribed before the query, so that no change is missed.
      const next = sources.changes.next(pollMs, stop);
      changed = undefined;
      const { news, behind } = await view.look();
      // If this watch ended meanwhile, another may have sent its readers later states.
      if (news !== undefined && !stop.aborted) hub.put(news);
      if (!behind) changed = next;
      return restMs;
    };
    await using _ = startDuty({ name: 'change hub', logger, round, maxBackoffMs: 2 * pollMs });
    await untilAborted(AbortSignal.any([signal, stopping]));
  });
  return hub;
}

/** The position up to which changes were sent. */
class ChangeView {
  readonly #sources: StatsSources;
  readonly #tenant: string | undefined;
  #cursor: Cursor;
  #movedAt = performance.now();
  #statsAt = 0;

  constructor(sources: StatsSources, tenant: string | undefined, cursor: Cursor) {
    this.#sources = sources;
    this.#tenant = tenant;
    this.#cursor = cursor;
  }

  /** Answers with the news, and whether some changes could not be read yet. */
  async look(): Promise<{ readonly news: FileNews | undefined; readonly behind: boolean }> {
    const now = performance.now();
    const stats = await this.#stats(now);
    // The last step that may fail: what a moved cursor passed is always sent.
    const { behind, known: _, ...changes } = await newsSince(this.#sources.database, this.#cursor, this.#tenant);
    if (changes.cursor !== this.#cursor || !behind) this.#movedAt = now;
    this.#cursor = changes.cursor;
    const held = now - this.#movedAt > patienceMs;
    if (held) this.#movedAt = now;
    const news: FileNews = { ...changes, lookAgain: changes.lookAgain || held, stats };
    return { news: news.files.size > 0 || news.lookAgain || stats !== undefined ? news : undefined, behind };
  }

  async #stats(now: number): Promise<FileNews['stats']> {
    if (now - this.#statsAt < pollMs) return undefined;
    const stats = await statsMessage(this.#sources, { tenant: this.#tenant });
    this.#statsAt = now;
    return stats;
  }
}

export type FileNews = ChangeNews<FileRecord, MessageInitShape<typeof GetStatsResponseSchema>>;

/** A file is named once for each change: beyond this many names, readers are told to reload. */
const maxNames = 4 * maxToldFiles;

/**
 * The current state of the tenant's files that changed since the cursor: current, as transaction ids are not in the order of
 * changes.
 */
export async function newsSince(
  database: Database,
  since: Cursor,
  tenant: string | undefined,
): Promise<FileNews & { readonly known: boolean; readonly behind: boolean }> {
  const { cursor, ids, known, behind } = await readChanges(database, since, maxNames, tenant);
  const distinct = new Set(ids);
  const tooMany = ids.length === maxNames || distinct.size > maxToldFiles;
  const told = tooMany ? [] : [...distinct];
  const found = told.length === 0 ? new Map<string, FileRecord>() : await getFiles(database.as(tenant), told);
  const files = new Map(told.map((id) => [id, found.get(id) ?? null]));
  return { cursor, files, lookAgain: tooMany || !known, known, behind };
}
