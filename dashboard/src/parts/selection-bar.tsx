import { useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { may } from '../access.ts';
import { deleteFiles, retryFiles } from '../api.ts';
import { files as filesWord } from '../format.ts';
import { Confirm } from './confirm.tsx';
import { ProblemNote } from './problem-note.tsx';

interface SelectionBarProps {
  readonly files: readonly FileJson[];
  readonly onDone: () => void;
}

/** Offers actions for the selected files; deleting asks for confirmation. */
export function SelectionBar({ files, onDone }: SelectionBarProps) {
  const [asking, ask] = useState<'retry' | 'delete' | undefined>();
  const [said, say] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const failed = files.filter(({ status }) => status === 'FAILED');
  const act = async (action: 'retry' | 'delete') => {
    setProblem(undefined);
    try {
      say(action === 'retry' ? await retry(failed) : await remove(files));
    } catch (error) {
      setProblem(error);
    }
    onDone();
  };
  return (
    <div class="selection">
      <div class="actions">
        <span role="status">{files.length === 0 && said !== '' ? said : `${filesWord(files.length)} selected`}</span>
        {may('retry') && (
          <button type="button" disabled={failed.length === 0} onClick={() => ask('retry')}>
            Retry failed…
          </button>
        )}
        {may('delete') && (
          <button type="button" class="danger" disabled={files.length === 0} onClick={() => ask('delete')}>
            Delete…
          </button>
        )}
      </div>
      <ProblemNote problem={problem} />
      {asking === 'retry' && (
        <Confirm
          question={`Retry ${filesWord(failed.length)}?`}
          detail="Each gets another round of attempts. Selected files that did not fail stay as they are."
          action="Retry"
          onConfirm={() => act('retry')}
          onClose={() => ask(undefined)}
        />
      )}
      {asking === 'delete' && (
        <Confirm
          question={`Delete ${filesWord(files.length)}?`}
          detail="Their results and their bytes go too. This cannot be undone."
          action="Delete"
          onConfirm={() => act('delete')}
          onClose={() => ask(undefined)}
        />
      )}
    </div>
  );
}

async function retry(files: readonly FileJson[]): Promise<string> {
  const { items } = await retryFiles(files.map(({ id }) => id));
  return `${filesWord(items.filter(({ outcome }) => outcome === 'RETRIED').length)} retried.`;
}

async function remove(files: readonly FileJson[]): Promise<string> {
  const { items } = await deleteFiles(files.map(({ id }) => id));
  return `${filesWord(items.filter(({ outcome }) => outcome === 'DELETED').length)} deleted.`;
}
