import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { may } from '../access.ts';
import { addressOf } from '../base.ts';
import { hrefOf } from '../router.ts';
import { credentialsOption, filemillCommand } from '../server.ts';
import { Command } from './command.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Link } from './link.tsx';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  /** What fills the place, or why nothing does. */
  readonly children?: ComponentChildren;
}

/** In the place of what is not there. */
export function Empty({ icon, title, children }: EmptyProps) {
  const id = useId();
  return (
    <section class="empty" aria-labelledby={id}>
      <Icon name={icon} />
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** Tells a new user what to do first. */
export function NothingYet() {
  if (!may('upload')) return <Empty icon="files" title="No file yet" />;
  return (
    <Empty icon="upload" title="No file yet">
      <p class="quiet">Drop files anywhere in this window, or run one of these:</p>
      <Command name="the command line" text={filemillCommand('upload', 'FILE --wait')} />
      <Command name="curl" text={`curl ${credentialsOption()}-T FILE ${addressOf('files/')}`} />
      <Link class="button primary" href={hrefOf('upload')}>
        Upload from this page
      </Link>
    </Empty>
  );
}
