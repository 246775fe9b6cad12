import { Command, InvalidArgumentError, Option } from 'commander';
import { forecastToJson, keepingToMessage, ruleToJson, statusToMessage } from '#contract/retention.ts';
import type { Json } from '#contract/schemas.ts';
import { type EndedStatus, endedStatuses } from '#domain/retention.ts';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { timeSpan } from '#platform/config.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { localMinute } from '../output/local-time.ts';
import { formatBytes, formatCount } from '../output/printable.ts';
import { printRecord, recordWriter, type TableStyle } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type Rule = Json<'RetentionRule'>;
type Forecast = Json<'RetentionForecast'>;
type ForecastRule = Rule & { readonly removes: Forecast };

export function retentionCommand(): Command {
  const command = new Command('retention').description('Tell and change how long files are kept after their end.');
  command.command('list').description('List the rules.').action(withSession(list));
  command
    .command('set')
    .description('Make a rule, or change the one of the same tenant and status. It acts an hour later.')
    .option('--tenant <name>', 'only files of this tenant')
    .addOption(new Option('--status <status>', 'only files that ended so').choices(endedStatuses))
    .option('--keep-files <time>', 'how long files and results are kept, such as 1y; none for ever', span)
    .option(
      '--keep-bytes <time>',
      'how long their bytes and texts are kept, such as 7d; none for as long as the file',
      span,
    )
    .option('--now', 'act at once: there is no hour in which the rule can still be changed')
    .action(withSession(set));
  command
    .command('remove')
    .description('Remove a rule. Its files stay as they are for an hour; then wider rules decide about them.')
    .argument('<id>', 'the rule')
    .option('--now', 'let wider rules decide at once')
    .action(withSession(remove));
  command.command('preview').description('Show what each rule removes when it acts next.').action(withSession(preview));
  command
    .command('run')
    .description('End the hour of rules that were changed or removed: they act now.')
    .option('--dry-run', 'show what they would remove, and change nothing')
    .action(withSession(run));
  return command;
}

interface SetOptions {
  readonly tenant?: string;
  readonly status?: EndedStatus;
  /** Null for ever. */
  readonly keepFiles?: number | null;
  readonly keepBytes?: number | null;
  readonly now?: true;
}

async function list(session: Session): Promise<ExitCode> {
  await print(session, await rulesOf(session), { columns, quiet: ({ id }) => id });
  return exitCodes.ok;
}

async function preview(session: Session): Promise<ExitCode> {
  await print(session, await forecasts(session, await rulesOf(session)), forecastStyle);
  return exitCodes.ok;
}

async function set({ channel, terminal, format, signal }: Session, options: SetOptions): Promise<ExitCode> {
  const { tenant = '', status = null, keepFiles, keepBytes, now } = options;
  if (keepFiles === undefined && keepBytes === undefined)
    throw new CliError(exitCodes.usage, 'The rule says nothing.', 'Give --keep-files, --keep-bytes or both.');
  const keeping = keepingToMessage({ keepFiles: keepFiles ?? null, keepBytes: keepBytes ?? null });
  const request = { tenant, status: statusToMessage(status), ...keeping, actsNow: now === true };
  const { rule } = await channel.client(RetentionService).setRule(request, { signal });
  const told = ruleToJson(rule);
  await printRecord(terminal, format, told, () => sentences(told));
  return exitCodes.ok;
}

async function remove({ channel, terminal, format, signal }: Session, id: string, { now }: SetOptions) {
  const { rule } = await channel.client(RetentionService).removeRule({ id, actsNow: now === true }, { signal });
  const told = ruleToJson(rule);
  await printRecord(terminal, format, told, () => sentences(told));
  return exitCodes.ok;
}

async function run(session: Session, { dryRun }: { readonly dryRun?: true }): Promise<ExitCode> {
  const { channel, signal } = session;
  const waiting = (await rulesOf(session)).filter(({ acts_at: at }) => Date.parse(at ?? '') > Date.now());
  if (waiting.length === 0) session.terminal.note('No rule waits: all of them act already.');
  await print(session, await forecasts(session, waiting), forecastStyle);
  if (dryRun) return exitCodes.ok;
  const retention = channel.client(RetentionService);
  for (const { id, tenant, status, keep_files_seconds: keepFiles, keep_bytes_seconds: keepBytes, ...rule } of waiting) {
    if (rule.is_default) session.terminal.note('The default of the settings cannot be hurried.');
    else if (rule.is_removed) await retention.removeRule({ id, actsNow: true }, { signal });
    else {
      const scope = { tenant: tenant ?? '', status: statusToMessage(status) };
      await retention.setRule({ ...scope, ...keepingToMessage({ keepFiles, keepBytes }), actsNow: true }, { signal });
    }
  }
  return exitCodes.ok;
}

async function rulesOf({ channel, signal }: Session): Promise<readonly Rule[]> {
  return (await channel.client(RetentionService).listRules({}, { signal })).rules.map(ruleToJson);
}

async function forecasts({ channel, signal }: Session, rules: readonly Rule[]): Promise<readonly ForecastRule[]> {
  const retention = channel.client(RetentionService);
  const forecasted: ForecastRule[] = [];
  for (const rule of rules)
    forecasted.push({ ...rule, removes: forecastToJson(await retention.getForecast({ id: rule.id }, { signal })) });
  return forecasted;
}

async function print<Item extends object>(
  { terminal, format }: Session,
  items: readonly Item[],
  style: TableStyle<Item>,
): Promise<void> {
  const writer = await recordWriter<Item>(terminal, format, style);
  for (const item of items) writer.write(item);
  writer.end();
  if (items.length === 0) terminal.note('Everything is kept.');
}

const columns: TableStyle<Rule>['columns'] = [
  { title: 'ID', width: 36, cell: ({ id }) => id },
  { title: 'TENANT', width: 12, cell: ({ tenant }) => tenant ?? 'all' },
  { title: 'STATUS', width: 9, cell: ({ status }) => status ?? 'any' },
  { title: 'FILES', width: 8, cell: ({ keep_files_seconds: s }) => spanText(s), align: 'right' },
  { title: 'BYTES', width: 8, cell: ({ keep_bytes_seconds: s }) => spanText(s), align: 'right' },
  { title: 'ACTS', width: 30, cell: actsText },
];

const forecastStyle: TableStyle<ForecastRule> = {
  columns: [
    ...columns,
    { title: 'REMOVES FILES', width: 20, cell: ({ removes }) => removableText(removes.files), align: 'right' },
    { title: 'ONLY BYTES OF', width: 20, cell: ({ removes }) => removableText(removes.bytes), align: 'right' },
    { title: 'NEXT', width: 19, cell: ({ removes }) => localMinute(removes.next_at) },
  ],
  quiet: ({ id }) => id,
};

function sentences(rule: Rule): readonly string[] {
  const { tenant, status, keep_files_seconds: files, keep_bytes_seconds: bytes } = rule;
  const about = `${status ?? 'Ended'} files of ${tenant === null ? 'all tenants' : tenant}`;
  if (rule.is_removed)
    return [`The rule for ${about} is removed; its files stay as they are until ${localMinute(rule.acts_at)}.`];
  return [`${about}: kept ${spanText(files)}, their bytes ${spanText(bytes)}. ${actsText(rule)}. ${rule.id}`];
}

function actsText({ acts_at: at, is_removed: isRemoved, is_default: isDefault }: Rule): string {
  const waits = Date.parse(at ?? '') > Date.now();
  if (isRemoved) return `removed; stays to ${localMinute(at).slice(11)}`;
  return `${waits ? `from ${localMinute(at)}` : 'acts'}${isDefault ? ', default' : ''}`;
}

function removableText({ files, bytes, has_more: hasMore }: Forecast['files']): string {
  return `${formatCount(files)}${hasMore ? '+' : ''}, ${formatBytes(bytes)}${hasMore ? '+' : ''}`;
}

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
] as const;

function spanText(seconds: number | null): string {
  if (seconds === null) return 'for ever';
  const [size, letter] = units.find(([unit]) => seconds % unit === 0) ?? [1, 's'];
  return `${formatCount(seconds / size)}${letter}`;
}

function span(text: string): number | null {
  if (text === 'none') return null;
  const parsed = timeSpan.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Expected a time such as 12h, 7d or 1y, or none.');
}
