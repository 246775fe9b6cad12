import { Command } from 'commander';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { RetryFilesResponse_Outcome as Outcome } from '#gen/filemill/v1/metadata_service_pb.ts';
import { changeFiles, type FileChange, type SelectionOptions } from '../change-files.ts';
import type { ExitCode } from '../failure.ts';
import { addFilterOptions, hasFilter } from '../filter.ts';
import { type Session, withSession } from '../session.ts';

const words: Readonly<Record<number, string>> = {
  [Outcome.RETRIED]: 'RETRIED',
  [Outcome.NOT_FAILED]: 'NOT_FAILED',
  [Outcome.BYTES_EXPIRED]: 'BYTES_EXPIRED',
  [Outcome.NOT_FOUND]: 'NOT_FOUND',
};

export function retryCommand(): Command {
  const command = new Command('retry')
    .description('Give FAILED files another round of attempts.')
    .argument('[id...]', 'file ids; - reads them from stdin')
    .option('--yes', 'required with a filter: retry every matching FAILED file');
  return addFilterOptions(command).action(withSession(retry, { persistent: true }));
}

async function retry(session: Session, ids: string[], options: SelectionOptions): Promise<ExitCode> {
  // Only FAILED files can be retried, so a filter selects those unless it says otherwise.
  const selection = hasFilter(options) ? { status: ['FAILED'] as const, ...options } : options;
  const another: FileChange = {
    verb: 'retry',
    make: async (group) => {
      const { items } = await session.files.retryFiles({ ids: group }, session.retry);
      return items.map(({ id, outcome }) => ({ id, outcome: words[outcome] ?? 'UNKNOWN' }));
    },
    isPossible: ({ status, bytesExpiredAt }) => status === FileStatus.FAILED && bytesExpiredAt === undefined,
    done: 'RETRIED',
    again: 'NOT_FAILED',
  };
  return await changeFiles(session, another, ids, selection);
}
