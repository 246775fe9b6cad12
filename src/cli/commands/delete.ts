import { Command } from 'commander';
import { DeleteFilesResponse_Outcome as Outcome } from '#gen/filemill/v1/metadata_service_pb.ts';
import { changeFiles, type FileChange, type SelectionOptions } from '../change-files.ts';
import type { ExitCode } from '../failure.ts';
import { addFilterOptions, addFindingsOptions } from '../filter.ts';
import { type Session, withSession } from '../session.ts';

const words: Readonly<Record<number, string>> = {
  [Outcome.DELETED]: 'DELETED',
  [Outcome.NOT_FOUND]: 'NOT_FOUND',
};

export function deleteCommand(): Command {
  const command = new Command('delete')
    .description('Delete files and their results, whatever their state.')
    .argument('[id...]', 'file ids; - reads them from stdin')
    .option('--yes', 'required with a filter: delete every matching file');
  return addFindingsOptions(addFilterOptions(command)).action(withSession(remove, { persistent: true }));
}

async function remove(session: Session, ids: string[], options: SelectionOptions): Promise<ExitCode> {
  const deletion: FileChange = {
    verb: 'delete',
    make: async (group) => {
      const { items } = await session.files.deleteFiles({ ids: group }, session.retry);
      return items.map(({ id, outcome }) => ({ id, outcome: words[outcome] ?? 'UNKNOWN' }));
    },
    isPossible: () => true,
    done: 'DELETED',
    again: 'NOT_FOUND',
  };
  return await changeFiles(session, deletion, ids, options);
}
