import { Readable } from 'node:stream';
import { fileStateToJson, statsToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { sleep } from '#platform/abort.ts';
import { route } from '../http/route.ts';
import type { LiveFeed, LiveNews } from '../live/live-feed.ts';

/** Between two pieces of news on one connection. */
const restMs = 100;
const heartbeatMs = 15_000;
const retryMs = 2_000;

const eventsDescription =
  'Events `stats` (data: the schema Stats) once a second at most, and `files` (data: the schema ChangedFiles) ten times ' +
  'a second at most. Each carries an `id` to resume after. No change is skipped; some may be told of again.';

type LiveReader = Awaited<ReturnType<LiveFeed['join']>>;

export function getEvents(feed: LiveFeed) {
  return route({
    name: 'getEvents',
    method: 'GET',
    path: '/api/v1/events',
    summary: 'How things stand, then whatever changes, as server-sent events.',
    headers: { 'Last-Event-ID': 'The `id` of the last event that was received: resumes after it.' },
    answers: { 200: { description: eventsDescription, types: ['text/event-stream'] } },
    problems: ['OVERLOADED'],
    async handle({ request, reply, signal, onward }) {
      // Proxies that buffer would hold events back.
      reply.type('text/event-stream').header('x-accel-buffering', 'no');
      if (request.method === 'HEAD') return reply.send(Readable.from([]));
      const reader = await feed.join();
      try {
        // Joined before looking, so that no change falls between.
        const first = await feed.snapshot(String(request.headers['last-event-id'] ?? ''), onward);
        const over = AbortSignal.any([signal, feed.ended]);
        return reply.send(Readable.from(events(first, reader, over), { objectMode: false, highWaterMark: 1 }));
      } catch (error) {
        reader[Symbol.dispose]();
        throw error;
      }
    },
  });
}

/** While the client takes nothing, nothing is taken from the box, where news add up. */
async function* events(first: LiveNews, reader: LiveReader, signal: AbortSignal): AsyncGenerator<Buffer> {
  using joined = reader;
  yield Buffer.from(retryAfter(retryMs) + told(first));
  while (!signal.aborted) {
    await sleep(restMs, signal);
    const news = await joined.box.take(heartbeatMs, signal);
    if (!signal.aborted) yield Buffer.from(news === undefined ? heartbeat : told(news));
  }
}

function told({ cursor: id, files, lookAgain, stats }: LiveNews): string {
  const events: string[] = [];
  if (files.size > 0 || lookAgain)
    events.push(serverSentEvent({ id, name: 'files', data: filesJson(files, lookAgain) }));
  if (stats !== undefined) events.push(serverSentEvent({ id, name: 'stats', data: statsToJson(stats) }));
  return events.join('');
}

function filesJson(files: LiveNews['files'], lookAgain: boolean): Json<'ChangedFiles'> {
  return {
    files: [...files.values()].flatMap((file) => (file === null ? [] : fileStateToJson(file))),
    deleted: [...files].flatMap(([id, file]) => (file === null ? id : [])),
    look_again: lookAgain,
  };
}

/** A comment: keeps proxies from closing a connection on which nothing happens, and notices one that is gone. */
const heartbeat = ': \n\n';

/** How long a browser waits before it comes again. */
function retryAfter(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** One event of the HTML standard's event stream. JSON holds no line break, so one data line carries it. */
function serverSentEvent(event: { readonly id: string; readonly name: string; readonly data: unknown }): string {
  return `id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
