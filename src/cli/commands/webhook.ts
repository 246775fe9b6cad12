import { Command, Option } from 'commander';
import type { Json } from '#contract/schemas.ts';
import { allTenants, webhookToJson } from '#contract/webhooks.ts';
import { fileEvents } from '#domain/webhook.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { plural, printable } from '../output/printable.ts';
import { printRecord, recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';
import { addDeliveries } from '../webhook-deliveries.ts';

type Webhook = Json<'Webhook'>;

export function webhookCommand(): Command {
  const command = new Command('webhook').description(
    'Have Filemill post what happens to files: docs/webhooks.md. It needs the scope webhooks.',
  );
  withFilters(command.command('create'))
    .description('Make a webhook, and print its secret once: it cannot be found again.')
    .argument('<url>', 'where to post to: https://…')
    .option('--tenant <name>', `whose files, or ${allTenants} for those of all tenants; your own unless given`, '')
    .action(withSession(create));
  command.command('list').description('List webhooks, and how their receivers do.').action(withSession(list));
  addChanges(command);
  return command;
}

function addChanges(command: Command): void {
  withFilters(command.command('update'))
    .description('Change what is given.')
    .argument('<id>', 'the id of a webhook')
    .option('--url <url>', 'where to post to')
    .addOption(new Option('--enable', 'send again').conflicts('disable'))
    .option('--disable', 'send nothing; what happens meanwhile is not sent later')
    .action(withSession(update));
  command
    .command('rotate')
    .description('Make a new secret, and print it once. The old one signs too for 24 hours.')
    .argument('<id>', 'the id of a webhook')
    .action(withSession(rotate));
  command
    .command('test')
    .description('Post a message of the type webhook.test now, and show what came of it.')
    .argument('<id>', 'the id of a webhook')
    .action(withSession(test));
  addDeliveries(command);
  command
    .command('delete')
    .description('Delete webhooks; what was not delivered yet is dropped.')
    .argument('<id...>', 'ids of webhooks')
    .action(withSession(remove));
}

interface Filters {
  readonly event?: readonly string[];
  readonly type?: readonly string[];
  readonly path?: readonly string[];
  readonly description?: string;
}

function withFilters(command: Command): Command {
  return command
    .addOption(new Option('--event <event...>', 'only these events; all unless given').choices(fileEvents))
    .option('--type <type...>', 'only files of these types, such as text/plain or image/*')
    .option('--path <prefix...>', 'only files whose path begins so')
    .option('--description <text>', 'what it is for');
}

async function create(session: Session, url: string, options: Filters & { readonly tenant: string }) {
  const { channel, signal } = session;
  const { tenant, event = [], type = [], path = [], description = '' } = options;
  const request = { url, tenant, description, events: [...event], types: [...type], paths: [...path] };
  const { webhook, secret } = await channel.client(WebhookService).createWebhook(request, { signal });
  return await printSecret(session, { webhook: webhookToJson(webhook), secret });
}

async function rotate(session: Session, id: string): Promise<ExitCode> {
  const { channel, signal } = session;
  const { webhook, secret } = await channel.client(WebhookService).rotateWebhookSecret({ id }, { signal });
  return await printSecret(session, { webhook: webhookToJson(webhook), secret });
}

async function printSecret({ terminal, format }: Session, made: Json<'NewWebhook'>): Promise<ExitCode> {
  await printRecord(terminal, format, made, () => [`webhook ${made.webhook.id}`, `secret  ${made.secret}`]);
  terminal.note('Keep the secret now: it cannot be shown again. Receivers check signatures with it.');
  return exitCodes.ok;
}

async function list({ channel, terminal, format, signal }: Session): Promise<ExitCode> {
  const { webhooks } = await channel.client(WebhookService).listWebhooks({}, { signal });
  const writer = await recordWriter<Webhook>(terminal, format, {
    columns: [
      { title: 'ID', width: 36, cell: ({ id }) => id },
      { title: 'TENANT', width: 8, cell: ({ tenant }) => tenant, optional: 3 },
      { title: 'STATE', width: 8, cell: stateOf },
      { title: 'EVENTS', width: 14, least: 10, cell: ({ events }) => events.join(','), optional: 2 },
      { title: 'URL', width: 20, least: 12, cell: ({ url }) => printable(url) },
      { title: 'LATEST FAILURE', least: 12, cell: ({ last_failure }) => printable(last_failure ?? '-'), optional: 1 },
    ],
    quiet: ({ id }) => id,
  });
  for (const webhook of webhooks) writer.write(webhookToJson(webhook));
  writer.end();
  if (webhooks.length === 0) terminal.note('There is no webhook yet: `filemill webhook create` makes one.');
  return exitCodes.ok;
}

function stateOf({ enabled, paused_until, failures }: Webhook): string {
  if (!enabled) return 'disabled';
  if (paused_until !== null) return 'paused';
  return failures > 0 ? 'failing' : 'works';
}

interface Changes extends Filters {
  readonly url?: string;
  readonly enable?: true;
  readonly disable?: true;
}

async function update({ channel, terminal, format, signal }: Session, id: string, changes: Changes) {
  const { event, type, path, url, description, enable, disable } = changes;
  const list = (values: readonly string[] | undefined) => values && { values: [...values] };
  const request = {
    ...{ id, events: list(event), types: list(type), paths: list(path) },
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...((enable || disable) && { enabled: enable === true }),
  };
  const { webhook } = await channel.client(WebhookService).updateWebhook(request, { signal });
  const told = webhookToJson(webhook);
  await printRecord(terminal, format, told, () => [`${told.id}: ${stateOf(told)}, ${printable(told.url)}`]);
  return exitCodes.ok;
}

async function test({ channel, terminal, format, signal }: Session, id: string): Promise<ExitCode> {
  const answer = await channel.client(WebhookService).testWebhook({ id }, { signal });
  const { delivered, status, error, milliseconds } = answer;
  const record = { delivered, status: status || null, error: error || null, milliseconds };
  await printRecord(terminal, format, record, () => [
    delivered ? `The receiver answered ${status} in ${milliseconds} ms.` : `Not delivered: ${printable(error)}`,
  ]);
  return delivered ? exitCodes.ok : exitCodes.someFailed;
}

async function remove({ channel, terminal, signal }: Session, ids: readonly string[]): Promise<ExitCode> {
  const { deletedIds, missingIds } = await channel.client(WebhookService).deleteWebhooks({ ids: [...ids] }, { signal });
  if (deletedIds.length > 0) terminal.note(`Deleted ${plural(deletedIds.length, 'webhook')}.`);
  if (missingIds.length === 0) return exitCodes.ok;
  throw new CliError(
    exitCodes.notFound,
    `No webhook has the id ${missingIds.map((id) => printable(id)).join(' or ')}.`,
  );
}
