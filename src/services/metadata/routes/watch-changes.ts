import type { MessageInitShape } from '@bufbuild/protobuf';
import { changesFromNow, isCursor } from '#adapters/postgres/files/file-changes.ts';
import { fileToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { WatchChangesResponseSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';
import { type FileNews, newsSince } from '../live/change-hub.ts';
import { statsMessage } from '../live/stats-message.ts';

const waitMs = 60_000;

export function watchChangesRoute(context: MetadataContext): Route<'watchChanges'> {
  const { database, changeHubs, stopping } = context;
  return async function* ({ cursor }, { signal, caller }) {
    const tenant = reachOf(caller);
    if (cursor !== '' && !isCursor(cursor))
      throw new FilemillError('REQUEST_INVALID', '`cursor` is not a cursor of this server.');
    const over = AbortSignal.any([signal, stopping]);
    // Joined before the query, so that no change is missed.
    using joined = await changeHubs.of(tenant).join();
    const now = cursor === '' ? await nothingYet() : await newsSince(database, cursor, tenant);
    yield toMessage({ ...now, stats: await statsMessage(context, { tenant }) });
    while (!over.aborted) {
      const news = await joined.box.take(waitMs, over);
      if (news !== undefined) yield toMessage(news);
    }
    if (stopping.aborted && !signal.aborted) throw new FilemillError('SHUTTING_DOWN');
  };

  async function nothingYet(): Promise<FileNews> {
    return { cursor: await changesFromNow(database), files: new Map(), lookAgain: false };
  }
}

function toMessage({ cursor, files, lookAgain, stats }: FileNews): MessageInitShape<typeof WatchChangesResponseSchema> {
  return {
    cursor,
    lookAgain,
    files: [...files.values()].flatMap((file) => (file === null ? [] : fileToMessage(file))),
    missingIds: [...files].flatMap(([id, file]) => (file === null ? id : [])),
    ...(stats !== undefined && { stats }),
  };
}
