import type { FileJson } from '#contract/schemas.ts';
import { Icon, type IconName } from './icon.tsx';

type Status = FileJson['status'];

const icons: Readonly<Record<Status, IconName>> = {
  PENDING: 'clock',
  PAUSED: 'pause',
  PROCESSING: 'play',
  COMPLETED: 'check',
  FAILED: 'cross',
  UNKNOWN: 'question',
};

/** Shows a sign and the word, never colour alone. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span class={`badge status status-${status.toLowerCase()}`}>
      <Icon name={icons[status]} />
      {status}
    </span>
  );
}
