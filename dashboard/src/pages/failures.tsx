import { useState } from 'preact/hooks';
import { may } from '../access.ts';
import { listFiles, retryFiles } from '../api.ts';
import { count, files } from '../format.ts';
import { stats } from '../live/events.ts';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { explain } from '../parts/reasons.ts';
import { hrefOf } from '../router.ts';

export function FailuresPage() {
  const [said, say] = useState('');
  const [retrying, setRetrying] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const retry = async (code: string) => {
    setRetrying(code);
    setProblem(undefined);
    try {
      const retried = await retryReason(code, (soFar) => say(`${files(soFar)} retried so far…`));
      say(`${files(retried)} with ${code} retried.`);
    } catch (error) {
      say('');
      setProblem(error);
    } finally {
      setRetrying('');
    }
  };
  const errors = stats.value?.errors;
  return (
    <Page title="Failures">
      <p role="status">{said}</p>
      <ProblemNote problem={problem} />
      {errors === undefined && <Loading text="Waiting for the first figures…" />}
      {errors?.length === 0 && (
        <Empty icon="check" title="No file has failed">
          <p class="quiet">What fails is listed here by reason, with what to do about it.</p>
        </Empty>
      )}
      {errors?.map(({ code, files: failed }) => (
        <section key={code} class="card" aria-labelledby={`reason-${code}`}>
          <h2 id={`reason-${code}`}>
            {code}: {files(failed)}
          </h2>
          <p>
            {explain(code).what} {explain(code).action}
          </p>
          <div class="actions">
            <Link href={hrefOf('files', { status: 'FAILED', error_code: code })}>Show the files with {code}</Link>
            {may('retry') && (
              <button type="button" disabled={retrying !== ''} onClick={() => retry(code)}>
                Retry {count(failed)} with {code}
              </button>
            )}
          </div>
        </section>
      ))}
    </Page>
  );
}

/** Retries page by page, and each file once: one that fails again meanwhile is skipped. */
async function retryReason(code: string, onProgress: (retried: number) => void): Promise<number> {
  let retried = 0;
  let token = '';
  do {
    const filter = { status: 'FAILED', error_code: code, page_size: '1000', page_token: token };
    const page = await listFiles(new URLSearchParams(filter));
    if (page.files.length > 0) {
      const { items } = await retryFiles(page.files.map(({ id }) => id));
      retried += items.filter(({ outcome }) => outcome === 'RETRIED').length;
      onProgress(retried);
    }
    token = page.next_page_token;
  } while (token !== '');
  return retried;
}
