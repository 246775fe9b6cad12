import type { FileJson } from '#contract/schemas.ts';

type Status = FileJson['status'];

const icons: Readonly<Record<Status, string>> = {
  PENDING: '◷',
  PROCESSING: '▶',
  COMPLETED: '✔',
  FAILED: '✖',
  UNKNOWN: '?',
};

/** Shows a sign and the word, never colour alone. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span class={`status status-${status.toLowerCase()}`}>
      <span aria-hidden="true">{icons[status]}</span> {status}
    </span>
  );
}
