import { useEffect, useState } from 'preact/hooks';
import { chosenFiles, transferredFiles } from '../upload/dropped-files.ts';
import { addUploads } from '../upload/uploads.ts';

/** Takes files that are dropped, pasted, or chosen in the browser's dialog, which the keyboard reaches. */
export function DropZone() {
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState('');
  const take = (transfer: DataTransfer | null) => {
    setProblem('');
    if (transfer === null) return;
    transferredFiles(transfer).then(addUploads, (error: Error) => setProblem(`Not readable: ${error.message}`));
  };
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      if (clipboardData !== null && clipboardData.files.length > 0) take(clipboardData);
    };
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  });
  return (
    <section
      class={over ? 'drop over' : 'drop'}
      aria-label="Choose what to upload"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer);
      }}
    >
      <p>Drop files or folders here, paste them, or choose:</p>
      <div class="actions">
        <Chooser title="Files" />
        <Chooser title="Folder" folder />
      </div>
      <p role="alert">{problem}</p>
    </section>
  );
}

function Chooser({ title, folder = false }: { readonly title: string; readonly folder?: boolean }) {
  const prepare = (input: HTMLInputElement | null) => {
    if (input !== null) input.webkitdirectory = folder;
  };
  return (
    <label>
      {title}{' '}
      <input
        ref={prepare}
        type="file"
        multiple
        onChange={({ currentTarget }) => {
          addUploads(chosenFiles(currentTarget.files));
          // Choosing the same files again must fire a change event.
          currentTarget.value = '';
        }}
      />
    </label>
  );
}
