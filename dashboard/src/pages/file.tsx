import type { FileJson, ResultJson } from '#contract/schemas.ts';
import { Attempts } from '../parts/attempts.tsx';
import { FileActions } from '../parts/file-actions.tsx';
import { FileCommands } from '../parts/file-commands.tsx';
import { FileFacts, FileRecord } from '../parts/file-facts.tsx';
import { Findings, Notes } from '../parts/findings.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { explain } from '../parts/reasons.ts';
import { useFile } from '../use-file.ts';

export function FilePage({ id }: { readonly id: string }) {
  const { file, result, attempts, deleted, problem } = useFile(id);
  return (
    <Page title={file?.filename ?? 'File'}>
      <ProblemNote problem={problem} />
      {file === undefined && problem === undefined && <p>Loading…</p>}
      {deleted && (
        <p class="note" role="status">
          This file was deleted.
        </p>
      )}
      {file !== undefined && (
        <>
          <FileError file={file} />
          {result !== undefined && <Notes result={result} />}
          <FileFacts file={file} output={result?.output} />
          {result !== undefined && <Findings result={result} />}
          <FileRecord file={file} />
          {!deleted && <FileActions file={file} />}
          <Attempts attempts={attempts} />
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
  return (
    <section aria-labelledby="result">
      <h2 id="result">Result</h2>
      <pre>{JSON.stringify(result.output, null, 2)}</pre>
    </section>
  );
}
