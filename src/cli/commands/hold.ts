import { Command } from 'commander';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import {
  CancelFilesResponse_Outcome as Cancelled,
  PauseFilesResponse_Outcome as Paused,
  ResumeFilesResponse_Outcome as Resumed,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import { changeFiles, type FileChange, type SelectionOptions } from '../change-files.ts';
import type { ExitCode } from '../failure.ts';
import { addFilterOptions, type FilterOptions, hasFilter } from '../filter.ts';
import { type Session, withSession } from '../session.ts';
import { changeBatch } from './batch.ts';

type Statuses = NonNullable<FilterOptions['status']>;

/** Which files a filter selects that names no state. */
interface Hold extends Omit<FileChange, 'make' | 'verb'> {
  readonly verb: 'pause' | 'resume' | 'cancel';
  readonly from: Statuses;
  make(session: Session, ids: string[]): ReturnType<FileChange['make']>;
}

export function pauseCommand(): Command {
  return command('Hold PENDING files back, so that no worker takes them.', {
    verb: 'pause',
    from: ['PENDING'],
    make: async ({ files, retry }, ids) => words((await files.pauseFiles({ ids }, retry)).items, Paused),
    isPossible: ({ status }) => status === FileStatus.PENDING,
    done: 'PAUSED',
    again: 'PAUSED',
  });
}

export function resumeCommand(): Command {
  return command('Have PAUSED files analysed after all.', {
    verb: 'resume',
    from: ['PAUSED'],
    make: async ({ files, retry }, ids) => words((await files.resumeFiles({ ids }, retry)).items, Resumed),
    isPossible: ({ status }) => status === FileStatus.PAUSED,
    done: 'RESUMED',
    again: 'NOT_PAUSED',
  });
}

export function cancelCommand(): Command {
  return command('End files that wait or are analysed: they are FAILED, and may be retried.', {
    verb: 'cancel',
    from: ['PENDING', 'PAUSED', 'PROCESSING'],
    make: async ({ files, retry }, ids) => words((await files.cancelFiles({ ids }, retry)).items, Cancelled),
    isPossible: ({ status }) => status !== FileStatus.COMPLETED && status !== FileStatus.FAILED,
    done: 'CANCELLED',
    again: 'CANCELLED',
  });
}

function command(description: string, hold: Hold): Command {
  const made = new Command(hold.verb)
    .description(description)
    .argument('[id...]', 'file ids; - reads them from stdin')
    .option('--yes', `required with a filter other than --batch alone: ${hold.verb} all`);
  const run = async (session: Session, ids: string[], options: SelectionOptions): Promise<ExitCode> => {
    const { yes: _, batch, ...others } = options;
    if (batch !== undefined && ids.length === 0 && !hasFilter(others))
      return await changeBatch(session, hold.verb, batch);
    const selection = hasFilter(options) ? { status: hold.from, ...options } : options;
    return await changeFiles(session, { ...hold, make: (group) => hold.make(session, group) }, ids, selection);
  };
  return addFilterOptions(made).action(withSession(run, { persistent: true }));
}

/** The outcomes by their names in the protocol. */
function words(
  items: readonly { readonly id: string; readonly outcome: number }[],
  names: Readonly<Record<number, string>>,
) {
  return items.map(({ id, outcome }) => ({ id, outcome: names[outcome] ?? 'UNKNOWN' }));
}
