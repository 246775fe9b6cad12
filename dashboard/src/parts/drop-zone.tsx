import { chosenFiles } from '../upload/dropped-files.ts';
import { addUploads } from '../upload/uploads.ts';
import { Icon } from './icon.tsx';

/** Says that the whole window takes files, and opens the browser's dialog, which the keyboard reaches. */
export function DropZone() {
  return (
    <section class="drop" aria-label="Choose what to upload">
      <Icon name="upload" />
      <p>Drop files or folders anywhere in this window, paste them, or choose:</p>
      <div class="actions">
        <Chooser title="Files" look="button primary" />
        <Chooser title="Folder" look="button" folder />
      </div>
    </section>
  );
}

interface ChooserProps {
  readonly title: string;
  readonly look: string;
  readonly folder?: boolean;
}

/** The browser's own field stays, unseen, for the keyboard and for screen readers. */
function Chooser({ title, look, folder = false }: ChooserProps) {
  const prepare = (input: HTMLInputElement | null) => {
    if (input !== null) input.webkitdirectory = folder;
  };
  return (
    <label class={look}>
      {title}
      <input
        ref={prepare}
        class="hidden"
        type="file"
        multiple
        onChange={({ currentTarget }) => {
          void addUploads([chosenFiles(currentTarget.files)]);
          // Choosing the same files again must fire a change event.
          currentTarget.value = '';
        }}
      />
    </label>
  );
}
