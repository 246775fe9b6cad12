import { type Command, Option } from 'commander';
import type { Json } from '#contract/schemas.ts';
import { deliveryToJson } from '#contract/webhooks.ts';
import { deliveryStates } from '#domain/webhook.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { CliError, type ExitCode, exitCodes } from './failure.ts';
import { count } from './options.ts';
import { localTime } from './output/local-time.ts';
import { formatCount, plural, printable } from './output/printable.ts';
import { recordWriter, type TableStyle } from './output/writer.ts';
import { type Session, withSession } from './session.ts';

type Delivery = Json<'Delivery'>;

/** What a webhook was told, and telling it again. */
export function addDeliveries(command: Command): void {
  command
    .command('deliveries')
    .description('List what a webhook was told, newest first.')
    .argument('<id>', 'the id of a webhook')
    .addOption(new Option('--state <state>', 'only these').choices(deliveryStates))
    .option('--file <id>', 'only what was told of this file')
    .option('--limit <n>', 'maximum number of deliveries', count(Number.MAX_SAFE_INTEGER - 1), 100)
    .action(withSession(deliveries));
  command
    .command('replay')
    .description('Send deliveries again, with the same id.')
    .argument('<id>', 'the id of a webhook')
    .argument('[delivery...]', 'ids of deliveries')
    .option('--given-up', 'all that were given up')
    .action(withSession(replay));
}

interface ListOptions {
  readonly state?: string;
  readonly file?: string;
  readonly limit: number;
}

async function deliveries(session: Session, webhookId: string, options: ListOptions): Promise<ExitCode> {
  const { terminal, format } = session;
  const { limit, state = '', file: fileId = '' } = options;
  const writer = await recordWriter(terminal, format, deliveryStyle);
  let listed = 0;
  // One extra delivery tells whether there are more.
  for await (const page of pages(session, { webhookId, state, fileId }, limit + 1)) {
    for (const delivery of page.slice(0, limit - listed)) writer.write(delivery);
    listed += page.length;
  }
  writer.end();
  if (listed === 0) terminal.note('There is no such delivery.');
  if (listed > limit) terminal.note(`Only the newest ${formatCount(limit)}; --limit shows more.`);
  return exitCodes.ok;
}

type Filter = { readonly webhookId: string; readonly state: string; readonly fileId: string };

async function* pages({ channel, retry }: Session, filter: Filter, limit: number): AsyncGenerator<readonly Delivery[]> {
  const client = channel.client(WebhookService);
  let pageToken = '';
  for (let left = limit; left > 0; ) {
    const request = { ...filter, pageToken, pageSize: Math.min(1_000, left) };
    const page = await withRetry(() => client.listDeliveries(request, retry), retry);
    yield page.deliveries.map(deliveryToJson);
    left -= page.deliveries.length;
    pageToken = page.nextPageToken;
    if (pageToken === '') return;
  }
}

const deliveryStyle: TableStyle<Delivery> = {
  columns: [
    { title: 'ID', width: 36, cell: ({ id }) => id },
    {
      title: 'TIME',
      width: 22,
      cell: ({ created_at }) => localTime(created_at ?? null),
      optional: 2,
    },
    { title: 'EVENT', width: 14, cell: ({ event }) => event },
    { title: 'STATE', width: 9, cell: ({ state }) => state },
    { title: 'TRIES', width: 5, cell: ({ attempts }) => String(attempts), align: 'right', optional: 1 },
    { title: 'FILE', width: 16, least: 12, cell: ({ filename }) => printable(filename) },
    { title: 'LATEST ANSWER', least: 12, cell: answerOf, optional: 3 },
  ],
  quiet: ({ id }) => id,
};

function answerOf({ last_error, last_status }: Delivery): string {
  return printable(last_error ?? String(last_status ?? '-'));
}

async function replay(session: Session, id: string, ids: readonly string[], { givenUp }: { readonly givenUp?: true }) {
  if ((givenUp === true) === ids.length > 0)
    throw new CliError(exitCodes.usage, 'Nothing is named.', 'Name ids of deliveries, or give --given-up.');
  let replayed = 0;
  let skipped = 0;
  for await (const batch of batchesOf(session, id, ids)) {
    const request = { webhookId: id, ids: batch };
    const outcome = await session.channel.client(WebhookService).replayDeliveries(request, { signal: session.signal });
    replayed += outcome.replayedIds.length;
    skipped += outcome.skippedIds.length;
  }
  session.terminal.note(`${plural(replayed, 'event')} will be sent again.`);
  if (skipped === 0) return exitCodes.ok;
  throw new CliError(exitCodes.notFound, `${plural(skipped, 'event')} cannot: not known, or not sent yet.`);
}

/** The ids that are given, or else of all that were given up. */
async function* batchesOf(session: Session, webhookId: string, ids: readonly string[]): AsyncGenerator<string[]> {
  for (let from = 0; from < ids.length; from += 1_000) yield ids.slice(from, from + 1_000);
  if (ids.length > 0) return;
  for await (const page of pages(session, { webhookId, state: 'GIVEN_UP', fileId: '' }, Number.MAX_SAFE_INTEGER))
    if (page.length > 0) yield page.map(({ id }) => id);
}
