import { useEffect, useRef } from 'preact/hooks';
import { hasShortcuts, setShortcuts } from '../use-list-keys.ts';

const keys: readonly (readonly [key: string, what: string])[] = [
  ['/', 'Search'],
  ['j', 'Next file'],
  ['k', 'File before'],
  ['Enter', 'Open the file'],
  ['x', 'Select the file'],
  ['Esc', 'Empty the search box, or close what is open'],
  ['?', 'This help'],
];

export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keys of this list</h2>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={hasShortcuts.value}
          onChange={(event) => setShortcuts(event.currentTarget.checked)}
        />
        Keys are on
      </label>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
