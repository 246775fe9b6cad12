import { Command } from 'commander';
import { count } from '../options.ts';
import { withSession } from '../session.ts';
import { uploadPaths } from '../upload-paths.ts';

export function uploadCommand(): Command {
  return new Command('upload')
    .description('Upload files, folders with all they hold, or stdin. An acknowledged file is on disk and registered.')
    .argument('<path...>', 'files and folders; - reads stdin')
    .option('--wait', 'wait for the analysis and print what it found')
    .option('--concurrency <n>', 'large files at a time; in place of each, a MiB of small ones', count(64), 8)
    .option('--name <name>', 'the name of what comes from stdin (default: stdin)')
    .option(
      '--idempotency-key <key>',
      'for one file: the same key and content give the same id, and go on where a run broke off',
    )
    .option('-r, --recursive', 'accepted for habit: folders are always taken with all they hold')
    .action(withSession(uploadPaths, { persistent: true }));
}
