import { changedFiles, endedFiles, type Version } from '#adapters/postgres/files/file-queries.ts';
import { requireBatch } from '#contract/requests.ts';
import { fileToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { isTerminal } from '#domain/file-state.ts';
import { isUuid } from '#domain/uuid.ts';
import { sleep } from '#platform/abort.ts';
import type { MetadataContext, Route } from '../context.ts';

/** Changes without a notification are found within this time. */
const pollMs = 2_000;

/** Pause between two queries, per watched file: 200 ms for 1,000. */
const restPerFileMs = 0.2;

/**
 * Sends state, not events: each message holds the latest state of the files that changed, so a slow reader skips steps
 * but never misses the last one. Ends when every file is terminal or gone. Heartbeats keep proxies from cutting the
 * stream.
 */
export function watchFilesRoute(context: MetadataContext): Route<'watchFiles'> {
  const { database, changes, watchPlaces, watchHeartbeatMs, stopping } = context;
  return async function* ({ ids, terminalOnly }, { signal, caller }) {
    const visible = database.as(reachOf(caller));
    const over = AbortSignal.any([signal, stopping]);
    const malformed = requireBatch(ids, 'ids').filter((id) => !isUuid(id));
    if (malformed.length > 0) yield { missingIds: malformed };
    using places = watchPlaces.tryTake(ids.length);
    if (places === undefined)
      throw new FilemillError('OVERLOADED', `This server watches at most ${watchPlaces.size} files at a time.`);
    let toldAt = terminalOnly ? Number.NEGATIVE_INFINITY : performance.now();
    const seen = new Map<string, Version>(ids.filter(isUuid).map((id) => [id.toLowerCase(), '']));
    while (seen.size > 0 && !over.aborted) {
      // Subscribed before the query, so that no change is missed.
      const changed = changes.next(Math.min(pollMs, watchHeartbeatMs), over);
      const news = terminalOnly ? await endedFiles(visible, seen.keys()) : await changedFiles(visible, seen);
      for (const { id, version, file } of news) {
        if (file === null || isTerminal(file.status)) seen.delete(id);
        else seen.set(id, version);
      }
      if (news.length > 0 || performance.now() - toldAt >= watchHeartbeatMs) {
        toldAt = performance.now();
        yield {
          files: news.flatMap(({ file }) => (file === null ? [] : fileToMessage(file))),
          missingIds: news.flatMap(({ id, file }) => (file === null ? id : [])),
        };
      }
      if (seen.size > 0) await changed;
      // The more files, the dearer the query: changes that come meanwhile are read in one.
      await sleep(seen.size * restPerFileMs, over);
    }
    if (stopping.aborted && !signal.aborted) throw new FilemillError('SHUTTING_DOWN');
  };
}
