import { useState } from 'preact/hooks';
import { getHistory, listFiles, retryFiles } from '../api.ts';
import { files } from '../format.ts';
import { trendOf } from '../history/trend.ts';
import { stats } from '../live/events.ts';
import { usePolled } from '../live/poll.ts';
import { serverNow } from '../live/server-time.ts';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ReasonCard } from '../parts/reason-card.tsx';

const [trendMs, everyMs] = [14 * 86_400_000, 60_000];

interface Retrying {
  readonly code: string;
  readonly soFar: number;
}

export function FailuresPage() {
  const [said, say] = useState('');
  const [retrying, setRetrying] = useState<Retrying>();
  const [problem, setProblem] = useState<unknown>();
  const { answer: history } = usePolled(lastDays, everyMs);
  const retry = async (code: string) => {
    setRetrying({ code, soFar: 0 });
    setProblem(undefined);
    try {
      const retried = await retryReason(code, (soFar) => {
        setRetrying({ code, soFar });
        say(`${files(soFar)} retried so far…`);
      });
      say(`${files(retried)} with ${code} retried.`);
    } catch (error) {
      say('');
      setProblem(error);
    } finally {
      setRetrying(undefined);
    }
  };
  const errors = stats.value?.errors.toSorted((one, other) => other.files - one.files);
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
        <ReasonCard
          key={code}
          code={code}
          failed={failed}
          trend={history && trendOf(code, history.points)}
          retried={retrying?.code === code ? retrying.soFar : undefined}
          busy={retrying !== undefined}
          onRetry={() => void retry(code)}
        />
      ))}
    </Page>
  );
}

function lastDays() {
  const now = serverNow();
  return getHistory({ from: new Date(now - trendMs).toISOString(), to: new Date(now).toISOString(), step: 'hour' });
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
