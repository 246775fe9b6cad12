import { useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { may } from '../access.ts';
import { deleteFiles, retryFiles } from '../api.ts';
import { addressOf } from '../base.ts';
import { Confirm } from './confirm.tsx';
import { ProblemNote } from './problem-note.tsx';

export function FileActions({ file }: { readonly file: FileJson }) {
  const [asking, ask] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const act = async (change: (ids: readonly string[]) => Promise<unknown>) => {
    setProblem(undefined);
    await change([file.id]).catch(setProblem);
  };
  return (
    <>
      <div class="actions">
        {file.bytes_expired_at === null && (
          <a class="button" href={addressOf(`api/v1/files/${file.id}/content`)} download>
            Download
          </a>
        )}
        {may('retry') && (
          <button
            type="button"
            disabled={file.status !== 'FAILED' || file.bytes_expired_at !== null}
            onClick={() => act(retryFiles)}
          >
            Retry
          </button>
        )}
        {may('delete') && (
          <button type="button" class="danger" onClick={() => ask(true)}>
            Delete…
          </button>
        )}
      </div>
      <ProblemNote problem={problem} />
      {asking && (
        <Confirm
          question={
            <>
              Delete <bdi>{file.filename}</bdi>?
            </>
          }
          detail="Its result and its bytes go too. This cannot be undone."
          action="Delete"
          onConfirm={() => act(deleteFiles)}
          onClose={() => ask(false)}
        />
      )}
    </>
  );
}
