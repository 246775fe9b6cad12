import { Readable } from 'node:stream';
import { fileStateToJson, statsToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { sleep } from '#platform/abort.ts';
import type { AccessGate } from '../http/access.ts';
import { route } from '../http/route.ts';
import type { LiveFeed, LiveNews } from '../live/live-feed.ts';

/** Least time between two events on one connection. */
const restMs = 100;
const heartbeatMs = 15_000;
const retryMs = 2_000;

const eventsDescription =
  'Events `stats` (data: the schema Stats) at most once a second, and `files` (data: the schema ChangedFiles) at most ' +
  'ten times a second. Each carries an `id` to resume after. No change is skipped; some may be repeated.';

type LiveReader = Awaited<ReturnType<LiveFeed['join']>>;

export function getEvents(feed: LiveFeed, gate: Pick<AccessGate, 'readmit'>) {
  return route({
    name: 'getEvents',
    method: 'GET',
    path: '/api/v1/events',
    tag: 'System',
    summary: 'Stream changes',
    description: 'Streams the current state, then every change, as server-sent events.',
    headers: { 'Last-Event-ID': 'The `id` of the last received event: the stream resumes after it.' },
    answers: {
      200: { description: eventsDescription, types: ['text/event-stream'], items: ['Stats', 'ChangedFiles'] },
    },
    problems: ['OVERLOADED'],
    async handle({ request, reply, signal, onward }) {
      // Buffering proxies would hold events back.
      reply.type('text/event-stream').header('x-accel-buffering', 'no');
      if (request.method === 'HEAD') return reply.send(Readable.from([]));
      const reader = await feed.join(onward.authorization);
      try {
        // Joined before the query, so that no change is missed.
        const first = await feed.snapshot(String(request.headers['last-event-id'] ?? ''), onward);
        const over = AbortSignal.any([signal, feed.ended]);
        return reply.send(
          Readable.from(
            events(first, reader, over, () => gate.readmit(request)),
            { objectMode: false, highWaterMark: 1 },
          ),
        );
      } catch (error) {
        reader[Symbol.dispose]();
        throw error;
      }
    },
  });
}

/** Back-pressure: while the client reads nothing, news add up in the box. Ends once the caller is not admitted any longer. */
async function* events(
  first: LiveNews,
  reader: LiveReader,
  signal: AbortSignal,
  readmit: () => Promise<void>,
): AsyncGenerator<Buffer> {
  using joined = reader;
  yield Buffer.from(retryAfter(retryMs) + told(first));
  while (!signal.aborted) {
    await sleep(restMs, signal);
    const news = await joined.box.take(heartbeatMs, signal);
    await readmit();
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

/** A comment, which keeps proxies from closing an idle connection and reveals a dead one. */
const heartbeat = ': \n\n';

/** How long a browser waits before it reconnects. */
function retryAfter(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** One event of the HTML standard's event stream. JSON contains no line break, so one data line is enough. */
function serverSentEvent(event: { readonly id: string; readonly name: string; readonly data: unknown }): string {
  return `id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
