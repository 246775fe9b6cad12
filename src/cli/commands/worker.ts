import { Command } from 'commander';
import { workerToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { workSourceName } from '#domain/work-source.ts';
import { withRetry } from '#platform/rpc/retry.ts';
import type { ExitCode } from '../failure.ts';
import { exitCodes } from '../failure.ts';
import { formatCount, printable } from '../output/printable.ts';
import { recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

type Worker = Json<'Worker'>;

export function workerCommand(): Command {
  const command = new Command('worker').description('List the workers, and take one out of service.');
  command.command('list').description('List the workers that are alive.').action(withSession(list));
  command
    .command('drain')
    .description('Have workers claim no more files and finish those that they hold: then they are DRAINED.')
    .argument('<name...>', 'names of workers, as `worker list` shows them')
    .action(withSession(drain));
  command
    .command('resume')
    .description('Have workers claim files again.')
    .argument('<name...>', 'names of workers')
    .action(withSession(resume));
  return command;
}

async function list(session: Session): Promise<ExitCode> {
  const { workers } = await withRetry(
    () => session.files.getStats({ workersOnly: true }, session.retry),
    session.retry,
  );
  return await print(session, workers.map(workerToJson));
}

async function drain(session: Session, names: readonly string[]): Promise<ExitCode> {
  return await change(session, names, async (name) => await session.files.drainWorker({ name }, session.retry));
}

async function resume(session: Session, names: readonly string[]): Promise<ExitCode> {
  return await change(session, names, async (name) => await session.files.resumeWorker({ name }, session.retry));
}

type Answer = Awaited<ReturnType<Session['files']['drainWorker']>>;

async function change(
  session: Session,
  names: readonly string[],
  make: (name: string) => Promise<Pick<Answer, 'worker'>>,
): Promise<ExitCode> {
  const changed: Worker[] = [];
  for (const name of names) {
    const { worker } = await withRetry(() => make(name), session.retry);
    if (worker !== undefined) changed.push(workerToJson(worker));
  }
  return await print(session, changed);
}

async function print({ terminal, format }: Session, workers: readonly Worker[]): Promise<ExitCode> {
  const writer = await recordWriter<Worker>(terminal, format, {
    columns: [
      { title: 'WORKER', width: 28, cell: ({ name }) => printable(name) },
      { title: 'STATE', width: 8, cell: ({ state }) => state },
      { title: 'BUSY', width: 5, cell: ({ busy }) => formatCount(busy), align: 'right' },
      { title: 'THREADS', width: 7, cell: ({ slots }) => formatCount(slots), align: 'right' },
      { title: 'WORK FROM', cell: ({ source }) => printable(workSourceName(source)) },
    ],
    quiet: ({ name }) => name,
  });
  for (const worker of workers) writer.write(worker);
  writer.end();
  return exitCodes.ok;
}
