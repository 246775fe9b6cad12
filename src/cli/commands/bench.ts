import { Command, InvalidArgumentError } from 'commander';
import { byteSize } from '#platform/config.ts';
import { type LoadOptions, loadServer } from '../load-server.ts';
import { count } from '../options.ts';
import { withSession } from '../session.ts';

export function benchCommand(): Command {
  return new Command('bench')
    .description('Upload made-up files, wait for their results, say how fast that was, and delete them again.')
    .option('--files <n>', 'how many', count(100_000), 2_000)
    .option('--size <bytes>', 'of each, for example 4KiB, 10MiB', byteCount, 4_096)
    .option('--concurrency <n>', 'large files at a time; in place of each, a MiB of small ones', count(64), 8)
    .option('--keep', 'do not delete them')
    .action(withSession((session, options: LoadOptions) => loadServer(session, options), { persistent: true }));
}

/** `4KiB`, `10MiB` or a number of bytes. */
function byteCount(text: string): number {
  const size = byteSize.safeParse(text);
  if (size.success) return size.data;
  throw new InvalidArgumentError('Expected a size such as 4KiB or 10MiB.');
}
