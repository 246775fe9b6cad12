import { may } from '../access.ts';
import { addressOf } from '../base.ts';
import { hrefOf } from '../router.ts';
import { credentialsOption, filemillCommand } from '../server.ts';
import { Command } from './command.tsx';
import { Link } from './link.tsx';

/** Tells a new user what to do first. */
export function NothingYet() {
  if (!may('upload')) return <p>No file yet.</p>;
  return (
    <section class="note" aria-labelledby="nothing">
      <h2 id="nothing">No file yet</h2>
      <p>
        <Link href={hrefOf('upload')}>Upload from this page</Link>, or run one of these:
      </p>
      <Command name="the command line" text={filemillCommand('upload', 'FILE --wait')} />
      <Command name="curl" text={`curl ${credentialsOption()}-T FILE ${addressOf('files/')}`} />
    </section>
  );
}
