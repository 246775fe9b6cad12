import { changedFiles, endedFiles, type Version } from '#adapters/postgres/files/file-queries.ts';
import { requireBatch } from '#contract/requests.ts';
import { fileToMessage } from '#contract/wire.ts';
import { FilemillError } from '#domain/errors.ts';
import { isTerminal } from '#domain/file-state.ts';
import { isUuid } from '#domain/uuid.ts';
import { sleep } from '#platform/abort.ts';
import type { MetadataContext, Route } from '../context.ts';

/** What no notification tells of is noticed within this time. */
const pollMs = 2_000;

/** Rest between two looks, for each watched file: 200 ms for 1,000. */
const restPerFileMs = 0.2;

/**
 * State, not events: each message holds the latest state of what differs from what was sent before, so a
 * slow reader skips steps but never misses the last one. Ends when every file is terminal or gone. Now and then it says
 * nothing, so that proxies, which cut what is silent, and clients see that it lives.
 */
export function watchFilesRoute(context: MetadataContext): Route<'watchFiles'> {
  const { database, changes, watchPlaces, watchHeartbeatMs, stopping } = context;
  return async function* ({ ids, terminalOnly }, { signal }) {
    const over = AbortSignal.any([signal, stopping]);
    const malformed = requireBatch(ids, 'ids').filter((id) => !isUuid(id));
    if (malformed.length > 0) yield { missingIds: malformed };
    using places = watchPlaces.tryTake(ids.length);
    if (places === undefined)
      throw new FilemillError('OVERLOADED', `This server watches at most ${watchPlaces.size} files at a time.`);
    let toldAt = terminalOnly ? Number.NEGATIVE_INFINITY : performance.now();
    const seen = new Map<string, Version>(ids.filter(isUuid).map((id) => [id.toLowerCase(), '']));
    while (seen.size > 0 && !over.aborted) {
      // Subscribed before looking, so that no change falls between.
      const changed = changes.next(Math.min(pollMs, watchHeartbeatMs), over);
      const news = terminalOnly ? await endedFiles(database, seen.keys()) : await changedFiles(database, seen);
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
      // The more is watched, the dearer a look: changes that come meanwhile are seen together.
      await sleep(seen.size * restPerFileMs, over);
    }
    if (stopping.aborted && !signal.aborted) throw new FilemillError('SHUTTING_DOWN');
  };
}
