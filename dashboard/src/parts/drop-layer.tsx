import { useEffect, useState } from 'preact/hooks';
import { transferredFiles } from '../upload/dropped-files.ts';
import { addUploads } from '../upload/uploads.ts';
import { Icon } from './icon.tsx';

/** Takes what is dropped anywhere in the window, or pasted, on every page. */
export function DropLayer() {
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const take = (transfer: DataTransfer) => {
      setProblem('');
      addUploads(transferredFiles(transfer)).catch((error: Error) =>
        setProblem(`Not readable: ${error.message} What was found before is uploaded.`),
      );
    };
    const on = <Name extends keyof WindowEventMap>(name: Name, listener: (event: WindowEventMap[Name]) => void) =>
      window.addEventListener(name, listener, { signal: stop.signal });
    on('dragover', (event) => {
      if (!bringsFiles(event.dataTransfer)) return;
      event.preventDefault();
      setOver(true);
    });
    // Only what leaves the window has nothing that it enters.
    on('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) setOver(false);
    });
    on('drop', (event) => {
      setOver(false);
      if (!bringsFiles(event.dataTransfer)) return;
      event.preventDefault();
      take(event.dataTransfer);
    });
    on('paste', ({ clipboardData }) => {
      if (clipboardData !== null && clipboardData.files.length > 0) take(clipboardData);
    });
    return () => stop.abort();
  }, []);
  return (
    <>
      {over && (
        <div class="drop-layer">
          <p>
            <Icon name="upload" /> Drop to upload
          </p>
        </div>
      )}
      {problem !== '' && (
        <p role="alert" class="note note-bad">
          {problem}
        </p>
      )}
    </>
  );
}

function bringsFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer?.types.includes('Files') ?? false;
}
