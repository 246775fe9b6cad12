import { useRef, useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { may } from '../access.ts';
import { type Change, changeAll, changeSome } from '../change-all.ts';
import { count, files as filesWord } from '../format.ts';
import { toast } from '../toasts.ts';
import { Confirm } from './confirm.tsx';
import { ProblemNote } from './problem-note.tsx';

interface SelectionBarProps {
  readonly files: readonly FileJson[];
  /** All files of the page are selected, and there are others. */
  readonly offersAll: boolean;
  /** What all files that match are found by. */
  readonly request: URLSearchParams;
  /** How many match, in words. */
  readonly howMany: string;
  readonly onDone: () => void;
}

/** Offers actions for the selected files, or for all that match; deleting asks for confirmation. */
export function SelectionBar({ files, offersAll, request, howMany, onDone }: SelectionBarProps) {
  const [wantsAll, wantAll] = useState(false);
  const [asking, ask] = useState<Change | undefined>();
  const [problem, setProblem] = useState<unknown>();
  const running = useRunning();
  const all = wantsAll && offersAll;
  const failed = files.filter(({ status }) => status === 'FAILED');
  const what = all ? howMany : filesWord(asking === 'retry' ? failed.length : files.length);
  const act = async (change: Change) => {
    setProblem(undefined);
    try {
      const ids = (change === 'retry' ? failed : files).map(({ id }) => id);
      const changed = await (all ? running.run(change, request) : changeSome(change, ids));
      toast(`${filesWord(changed)} ${done[change]}.`);
    } catch (error) {
      setProblem(error);
    }
    wantAll(false);
    onDone();
  };
  return (
    <div class="selection">
      <div class="actions">
        <span role="status">{running.said || `${all ? howMany : filesWord(files.length)} selected`}</span>
        {running.said !== '' && (
          <button type="button" onClick={running.stop}>
            Stop
          </button>
        )}
        {running.said === '' && offersAll && (
          <button type="button" class="plain-button" onClick={() => wantAll(!all)}>
            {all ? 'Select only this page' : 'Select all that match'}
          </button>
        )}
        {may('retry') && (
          <button type="button" disabled={failed.length === 0 && !all} onClick={() => ask('retry')}>
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
      {asking !== undefined && (
        <Confirm
          question={`${asking === 'retry' ? 'Retry' : 'Delete'} ${what}?`}
          detail={details[asking]}
          action={asking === 'retry' ? 'Retry' : 'Delete'}
          onConfirm={() => act(asking)}
          onClose={() => ask(undefined)}
        />
      )}
    </div>
  );
}

const done: Readonly<Record<Change, string>> = { retry: 'retried', delete: 'deleted' };

const details: Readonly<Record<Change, string>> = {
  retry: 'Each gets another round of attempts. Selected files that did not fail stay as they are.',
  delete: 'Their results and their bytes go too. This cannot be undone.',
};

/** A change of all that match, which may take a while: it says how far it is, and can be stopped. */
function useRunning() {
  const [said, say] = useState('');
  const running = useRef<AbortController>(undefined);
  const run = async (change: Change, request: URLSearchParams) => {
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    say('Begun…');
    try {
      return await changeAll(change, request, {
        signal,
        onProgress: (changed) => say(`${count(changed)} ${done[change]} so far…`),
      });
    } finally {
      say('');
    }
  };
  return { said, run, stop: () => running.current?.abort() };
}
