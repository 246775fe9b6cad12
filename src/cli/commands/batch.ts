import { setTimeout as delay } from 'node:timers/promises';
import { Argument, Command } from 'commander';
import { batchToJson } from '#contract/batches.ts';
import type { Json } from '#contract/schemas.ts';
import { priorities } from '#domain/priority.ts';
import type { CancelBatchResponse } from '#gen/filemill/v1/metadata_service_pb.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { formatBytes, formatCount, formatDuration, plural, printable } from '../output/printable.ts';
import { printRecord, recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type Batch = Json<'Batch'>;

export function batchCommand(): Command {
  const command = new Command('batch').description('Follow files that were uploaded together: upload --batch NAME.');
  command.command('list').description('List batches, newest first.').action(withSession(list));
  command
    .command('show')
    .description('Count the files of a batch by state, with its failures, rate and time left.')
    .argument('<name>', 'the batch')
    .action(withSession(show));
  command
    .command('wait')
    .description('Wait until all files of a batch have ended. Exits with 3 if any FAILED, with 5 after --timeout.')
    .argument('<name>', 'the batch')
    .action(withSession(wait, { persistent: true }));
  command
    .command('priority')
    .description('Set the priority of files that wait in a batch, and of those that come without one of their own.')
    .argument('<name>', 'the batch, which may be empty')
    .addArgument(new Argument('<priority>', 'which files free workers take first').choices(priorities))
    .action(withSession(prioritize));
  return command;
}

async function list(session: Session): Promise<ExitCode> {
  const { batches } = await withRetry(() => session.files.listBatches({}, session.retry), session.retry);
  const writer = await recordWriter<Batch>(session.terminal, session.format, {
    columns: [
      { title: 'BATCH', width: 24, cell: ({ name }) => printable(name) },
      { title: 'FILES', width: 9, cell: (batch) => formatCount(filesOf(batch)), align: 'right' },
      { title: 'OPEN', width: 9, cell: (batch) => formatCount(openOf(batch)), align: 'right' },
      { title: 'FAILED', width: 8, cell: ({ files }) => formatCount(files.FAILED), align: 'right' },
      { title: 'BYTES', width: 9, cell: ({ bytes }) => formatBytes(bytes), align: 'right' },
      { title: 'STATE', cell: (batch) => stateOf(batch) },
    ],
    quiet: ({ name }) => name,
  });
  for (const batch of batches) writer.write(batchToJson(batch));
  writer.end();
  return exitCodes.ok;
}

async function show(session: Session, name: string): Promise<ExitCode> {
  await print(session, await look(session, name));
  return exitCodes.ok;
}

/** Often enough for a person, and cheap: the counts are kept, not made. */
const lookEveryMs = 1_000;

async function wait(session: Session, name: string): Promise<ExitCode> {
  const { terminal, signal } = session;
  let batch = await look(session, name);
  let told = false;
  while (openOf(batch) > 0) {
    if (terminal.animated) terminal.status(progress(batch));
    else if (batch.paused && !told)
      terminal.note(`${name} is paused: \`filemill resume --batch ${name}\` has it go on.`);
    told = true;
    await delay(lookEveryMs, undefined, { signal });
    batch = await look(session, name);
  }
  terminal.status('');
  await print(session, batch);
  return batch.files.FAILED > 0 ? exitCodes.someFailed : exitCodes.ok;
}

async function prioritize({ files, terminal, retry }: Session, name: string, priority: string): Promise<ExitCode> {
  while ((await withRetry(() => files.setBatchPriority({ name, priority }, retry), retry)).more);
  terminal.note(`Files of ${printable(name)} have the priority ${priority}.`);
  return exitCodes.ok;
}

async function look({ files, retry }: Session, name: string): Promise<Batch> {
  return batchToJson((await withRetry(() => files.getBatch({ name }, retry), retry)).batch);
}

async function print({ terminal, format }: Session, batch: Batch): Promise<void> {
  await printRecord(terminal, format, batch, () => [
    `${printable(batch.name)}: ${stateOf(batch)}`,
    ...Object.entries(batch.files)
      .filter(([, files]) => files > 0)
      .map(([status, files]) => `  ${status.padEnd(10)} ${formatCount(files).padStart(10)}`),
    ...batch.errors.map(({ code, files }) => `    ${printable(code)}: ${formatCount(files)}`),
    `${plural(filesOf(batch), 'file')}, ${formatBytes(batch.bytes)}, ${plural(batch.words, 'word')}`,
    `First file ${batch.created_at}, latest change ${batch.changed_at}`,
    ...(openOf(batch) > 0 ? [progress(batch)] : []),
  ]);
}

function progress(batch: Batch): string {
  const { paused, files_per_second: rate, seconds_left: left } = batch;
  const done = `${formatCount(filesOf(batch) - openOf(batch))} of ${plural(filesOf(batch), 'file')}`;
  if (paused) return `${done}, paused`;
  return left === null ? done : `${done}, ${rate.toFixed(1)}/s, ${formatDuration(left * 1_000)} left`;
}

function stateOf(batch: Batch): string {
  if (batch.paused) return 'paused';
  return openOf(batch) > 0 ? 'running' : 'ended';
}

function openOf({ files: { PENDING, PAUSED, PROCESSING } }: Batch): number {
  return PENDING + PAUSED + PROCESSING;
}

function filesOf(batch: Batch): number {
  return openOf(batch) + batch.files.COMPLETED + batch.files.FAILED;
}

type Changed = Pick<CancelBatchResponse, 'batch' | 'more'>;

/** What `pause`, `resume` and `cancel` do to a batch as a whole. */
export async function changeBatch(
  session: Session,
  verb: 'pause' | 'resume' | 'cancel',
  name: string,
): Promise<ExitCode> {
  const { files, retry } = session;
  const call = async (): Promise<Changed> => {
    if (verb === 'pause') return files.pauseBatch({ name }, retry);
    return verb === 'resume' ? files.resumeBatch({ name }, retry) : files.cancelBatch({ name }, retry);
  };
  for (;;) {
    const { batch, more } = await withRetry(call, retry);
    if (!more) {
      await print(session, batchToJson(batch));
      return exitCodes.ok;
    }
    if (session.signal.aborted) throw new CliError(exitCodes.interrupted, 'Interrupted: some files are left.');
  }
}
