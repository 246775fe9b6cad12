import type { FileJson, ResultJson } from '#contract/schemas.ts';
import { fileSentence } from '../file-sentence.ts';
import { Attempts } from '../parts/attempts.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { FileActions } from '../parts/file-actions.tsx';
import { FileCommands } from '../parts/file-commands.tsx';
import { FileFacts, FileRecord } from '../parts/file-facts.tsx';
import { Findings, Notes } from '../parts/findings.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Preview } from '../parts/preview.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { explain } from '../parts/reasons.ts';
import { SameContent } from '../parts/same-content.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { useFile } from '../use-file.ts';

export function FilePage({ id }: { readonly id: string }) {
  const { file, result, attempts, deleted, problem } = useFile(id);
  return (
    <Page
      title={file?.filename ?? 'File'}
      actions={file !== undefined && !deleted ? <FileActions file={file} /> : undefined}
    >
      <ProblemNote problem={problem} />
      {file === undefined && problem === undefined && <Loading lines={8} />}
      {deleted && (
        <p class="note" role="status">
          This file was deleted.
        </p>
      )}
      {file !== undefined && (
        <>
          <p class="lead">{fileSentence(file, result?.output)}</p>
          <FileError file={file} />
          {result !== undefined && <Notes result={result} />}
          <FileFacts file={file} output={result?.output} />
          {result !== undefined && !deleted && <Preview file={file} result={result} />}
          {result !== undefined && <Findings result={result} />}
          {attempts !== undefined && <Timeline file={file} attempts={attempts} result={result} />}
          <Attempts attempts={attempts} />
          <SameContent file={file} />
          <FileRecord file={file} />
          <FoundResult result={result} />
          <FileCommands id={id} />
        </>
      )}
    </Page>
  );
}

function FileError({ file: { status, error } }: { readonly file: FileJson }) {
  if (error === null) return null;
  const { what, action } = explain(error.code);
  return (
    <section class="note note-bad" aria-labelledby="error">
      <h2 id="error">
        {status === 'FAILED' ? 'Failed' : 'The attempt before failed'}: {error.code}
      </h2>
      <p>{error.message}</p>
      <p>
        {what} {action}
      </p>
    </section>
  );
}

function FoundResult({ result }: { readonly result: ResultJson | undefined }) {
  if (result === undefined) return null;
  const json = JSON.stringify(result.output, null, 2);
  return (
    <section aria-labelledby="result">
      <div class="section-head">
        <h2 id="result">Result</h2>
        <CopyButton text={json} what="the result" />
      </div>
      <pre>{json}</pre>
    </section>
  );
}
