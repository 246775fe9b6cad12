import { toast } from '../toasts.ts';
import { Icon } from './icon.tsx';

/** Copies what is shown beside it. Browsers offer the clipboard only on https and localhost. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = () =>
    (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('There is no clipboard.'))).then(
      () => toast(`Copied ${what}.`),
      () => toast(`The browser does not let this page copy: select ${what} and copy it yourself.`),
    );
  return (
    <button type="button" onClick={copy}>
      <Icon name="copy" />
      Copy {what}
    </button>
  );
}
