import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Command, Option } from 'commander';
import { eventToJson } from '#contract/audit.ts';
import type { Json } from '#contract/schemas.ts';
import { auditActions } from '#domain/audit.ts';
import { AccessService, type ListAuditRequestSchema } from '#gen/filemill/v1/access_service_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { type ExitCode, exitCodes } from '../failure.ts';
import { time } from '../filter.ts';
import { count } from '../options.ts';
import { localTime } from '../output/local-time.ts';
import { formatCount, printable } from '../output/printable.ts';
import { recordWriter, type TableStyle } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type Event = Json<'AuditEvent'>;

export function auditCommand(): Command {
  return new Command('audit')
    .description('List who did what, newest first. It needs the scope admin.')
    .option('--since <time>', 'at or after: yesterday, 2026-01-31, 2026-01-31T12:00Z, or 1d for a day ago', time)
    .option('--until <time>', 'before', time)
    .option('--actor <id or name>', 'only what this caller did')
    .addOption(new Option('--action <action>', 'only this').choices(auditActions))
    .option('--file <id>', 'only what was done to this file, even if it was deleted')
    .option('--token <id>', 'only what was done to this token')
    .option('--tenant <name>', 'only what was done to files of this tenant, or by its callers')
    .option('--limit <n>', 'maximum number of events', count(Number.MAX_SAFE_INTEGER - 1), 100)
    .action(withSession(list));
}

interface AuditOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly actor?: string;
  readonly action?: string;
  readonly file?: string;
  readonly token?: string;
  readonly tenant?: string;
  readonly limit: number;
}

async function list(session: Session, options: AuditOptions): Promise<ExitCode> {
  const { terminal, format } = session;
  const writer = await recordWriter(terminal, format, style);
  let listed = 0;
  // One extra event tells whether there are more.
  for await (const page of pages(session, filterOf(options), options.limit + 1)) {
    for (const event of page.slice(0, options.limit - listed)) writer.write(event);
    listed += page.length;
  }
  writer.end();
  if (listed === 0) terminal.note('Nothing was recorded that passes this filter.');
  if (listed > options.limit) terminal.note(`Only the newest ${formatCount(options.limit)}; --limit shows more.`);
  return exitCodes.ok;
}

type Filter = MessageInitShape<typeof ListAuditRequestSchema>;

function filterOf({ since, until, file, token, actor = '', action = '', tenant = '' }: AuditOptions): Filter {
  const times = {
    ...(since && { since: timestampFromDate(since) }),
    ...(until && { until: timestampFromDate(until) }),
  };
  return { actor, action, tenant, object: file ?? token ?? '', ...times };
}

async function* pages({ channel, retry }: Session, filter: Filter, limit: number): AsyncGenerator<readonly Event[]> {
  const access = channel.client(AccessService);
  let pageToken = '';
  for (let left = limit; left > 0; ) {
    const request = { ...filter, pageToken, pageSize: Math.min(1_000, left) };
    const page = await withRetry(() => access.listAudit(request, retry), retry);
    yield page.events.map(eventToJson);
    left -= page.events.length;
    pageToken = page.nextPageToken;
    if (pageToken === '') return;
  }
}

const style: TableStyle<Event> = {
  columns: [
    { title: 'TIME', width: 22, cell: ({ at }) => localTime(at) },
    { title: 'CALLER', width: 20, cell: ({ name, kind }) => printable(name || kind) },
    { title: 'ADDRESS', width: 15, cell: ({ address }) => printable(address) },
    { title: 'TENANT', width: 10, cell: ({ tenant }) => printable(tenant) },
    { title: 'ACTION', width: 18, cell: ({ action }) => action },
    { title: 'OBJECT', width: 36, cell: ({ object }) => printable(object) },
  ],
  quiet: ({ id }) => id,
};
