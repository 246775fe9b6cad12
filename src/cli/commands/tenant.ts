import { Command, InvalidArgumentError, Option } from 'commander';
import { quotaToMessage, tenantFromMessage, tenantToJson } from '#contract/quotas.ts';
import type { Json } from '#contract/schemas.ts';
import type { Quota } from '#domain/quota.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { byteSize } from '#platform/config.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { formatBytes, formatCount } from '../output/printable.ts';
import { printRecord, recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type Tenant = Json<'Tenant'>;

export function tenantCommand(): Command {
  const command = new Command('tenant').description(
    'List tenants, hold their files back, and limit what they may hold and ask for.',
  );
  command
    .command('list')
    .description('List the tenants that have files, a quota or a token.')
    .action(withSession(list));
  command
    .command('set')
    .description('Change the quota of a tenant. It takes effect within seconds.')
    .argument('<name>', 'the tenant')
    .option('--max-files <n>', 'files it may keep, or none for no limit', limit)
    .option('--max-bytes <size>', 'bytes it may keep, such as 10GiB, or none', size)
    .option('--max-uploads <n>', 'uploads at once, or none', limit)
    .option('--max-requests-per-minute <n>', 'requests a minute, or none', limit)
    .addOption(
      new Option('--defaults', "the server's own defaults again").conflicts([
        'maxFiles',
        'maxBytes',
        'maxUploads',
        'maxRequestsPerMinute',
      ]),
    )
    .action(withSession(set));
  command
    .command('pause')
    .description('Hold the files of a tenant back, those that come later included.')
    .argument('<name>', 'the tenant')
    .action(withSession(hold('pauseTenant')));
  command
    .command('resume')
    .description('Let workers take the files of a tenant again.')
    .argument('<name>', 'the tenant')
    .action(withSession(hold('resumeTenant')));
  command
    .command('cancel')
    .description('End the files of a tenant that have not ended. They can be retried.')
    .argument('<name>', 'the tenant')
    .action(withSession(cancel));
  return command;
}

/** `none` is null; what is not given stays. */
type Changes = { readonly [Limit in keyof Quota]?: number | null };

async function list({ channel, terminal, format, signal }: Session): Promise<ExitCode> {
  const { tenants } = await channel.client(AccessService).listTenants({}, { signal });
  const writer = await recordWriter<Tenant>(terminal, format, {
    columns: [
      { title: 'TENANT', width: 20, cell: ({ name }) => name },
      { title: 'STATE', width: 6, cell: ({ paused }) => (paused ? 'paused' : '') },
      { title: 'FILES', width: 10, cell: ({ files }) => formatCount(files), align: 'right' },
      { title: 'OF', width: 10, cell: ({ quota }) => most(quota.max_files, formatCount), align: 'right' },
      { title: 'BYTES', width: 9, cell: ({ bytes }) => formatBytes(bytes), align: 'right' },
      { title: 'OF', width: 9, cell: ({ quota }) => most(quota.max_bytes, formatBytes), align: 'right' },
      { title: 'UPLOADS', width: 8, cell: ({ quota }) => most(quota.max_uploads, formatCount), align: 'right' },
      {
        title: 'REQUESTS/MIN',
        width: 12,
        cell: ({ quota }) => most(quota.max_requests_per_minute, formatCount),
        align: 'right',
      },
    ],
    quiet: ({ name }) => name,
  });
  for (const tenant of tenants) writer.write(tenantToJson(tenant));
  writer.end();
  return exitCodes.ok;
}

async function set(
  { channel, terminal, format, signal }: Session,
  name: string,
  { defaults, ...changes }: Changes & { readonly defaults?: true },
): Promise<ExitCode> {
  if (!defaults && Object.keys(changes).length === 0)
    throw new CliError(exitCodes.usage, 'No limit is given.', 'Give at least one, or --defaults.');
  const access = channel.client(AccessService);
  const { tenants } = await access.listTenants({}, { signal });
  const found = tenants.find((tenant) => tenant.name === name);
  const present = found === undefined ? {} : tenantFromMessage(found).quota;
  const quota = defaults ? {} : { quota: quotaToMessage(changed(present, changes)) };
  const { tenant } = await access.setQuota({ tenant: name, ...quota }, { signal });
  const told = tenantToJson(tenant);
  const { max_files, max_bytes, max_uploads, max_requests_per_minute } = told.quota;
  await printRecord(terminal, format, told, () => [
    `${name}: ${formatCount(told.files)} files of ${most(max_files, formatCount)}, ${formatBytes(told.bytes)} of ${most(max_bytes, formatBytes)}`,
    `uploads at once: ${most(max_uploads, formatCount)}; requests a minute: ${most(max_requests_per_minute, formatCount)}`,
  ]);
  return exitCodes.ok;
}

function hold(change: 'pauseTenant' | 'resumeTenant') {
  return async ({ channel, terminal, signal }: Session, name: string): Promise<ExitCode> => {
    const { more } = await channel.client(AccessService)[change]({ tenant: name }, { signal });
    const done = change === 'pauseTenant' ? 'paused' : 'resumed';
    terminal.note(`${name} is ${done}.${more ? ' The rest of its files follows within seconds.' : ''}`);
    return exitCodes.ok;
  };
}

async function cancel({ channel, terminal, signal }: Session, name: string): Promise<ExitCode> {
  const access = channel.client(AccessService);
  while ((await access.cancelTenant({ tenant: name }, { signal })).more);
  terminal.note(`All files of ${name} have ended.`);
  return exitCodes.ok;
}

function changed(present: Quota, changes: Changes): Quota {
  const entries = Object.entries({ ...present, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Quota;
}

function most(value: number | null, format: (value: number) => string): string {
  return value === null ? 'any' : format(value);
}

function limit(text: string): number | null {
  if (text === 'none') return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number, or none.');
}

function size(text: string): number | null {
  if (text === 'none') return null;
  const parsed = byteSize.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Expected a size such as 10GiB, or none.');
}
