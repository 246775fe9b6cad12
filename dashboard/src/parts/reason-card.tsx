import { useEffect, useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { may } from '../access.ts';
import { listFiles } from '../api.ts';
import { count, files, time } from '../format.ts';
import type { Trend } from '../history/trend.ts';
import { hrefOf } from '../router.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';
import { explain } from './reasons.ts';
import { Spark } from './spark.tsx';

interface ReasonCardProps {
  readonly code: string;
  readonly failed: number;
  /** Undefined while it is not known. */
  readonly trend: Trend | undefined;
  /** How many were retried so far, while that goes on. */
  readonly retried: number | undefined;
  /** Whether any reason is being retried. */
  readonly busy: boolean;
  readonly onRetry: () => void;
}

/** A reason why files failed: how many, since when, what it means, and what to do about all of them. */
export function ReasonCard({ code, failed, trend, retried, busy, onRetry }: ReasonCardProps) {
  const { what, action } = explain(code);
  return (
    <section class="reason" aria-labelledby={`reason-${code}`}>
      <div class="reason-head">
        <h2 id={`reason-${code}`}>
          {code}: {files(failed)}
        </h2>
        {trend !== undefined && <Spark values={trend.values} title={`${code} over the last 14 days`} />}
      </div>
      <p>
        {what} <strong>{action}</strong>
      </p>
      <Seen trend={trend} />
      <Examples code={code} failed={failed} />
      <div class="actions">
        {may('retry') && (
          <button type="button" disabled={busy} onClick={onRetry}>
            <Icon name="retry" />
            Retry {count(failed)} with {code}
          </button>
        )}
        <Link class="button plain-button" href={hrefOf('files', { status: 'FAILED', error_code: code })}>
          Show the files with {code}
        </Link>
        {retried !== undefined && (
          <progress value={retried} max={Math.max(1, retried, failed)} aria-label={`Retrying ${code}`} />
        )}
      </div>
    </section>
  );
}

function Seen({ trend }: { readonly trend: Trend | undefined }) {
  if (trend === undefined) return null;
  const { first, last, total } = trend;
  if (first === undefined || last === undefined) return <p class="quiet">Not within the last 14 days.</p>;
  const [from, to] = [first, last].map((at) => time(new Date(at).toISOString()));
  const hours =
    from === to ? `all in the hour from ${from}` : `first in the hour from ${from}, last in that from ${to}`;
  return (
    <p class="quiet">
      {count(total)} within the last 14 days; {hours}.
    </p>
  );
}

const shown = 3;

function Examples({ code, failed }: { readonly code: string; readonly failed: number }) {
  const [examples, setExamples] = useState<readonly FileJson[]>([]);
  const isThere = failed > 0;
  useEffect(() => {
    const filter = { status: 'FAILED', error_code: code, page_size: String(shown) };
    if (isThere)
      listFiles(new URLSearchParams(filter)).then(
        (page) => setExamples(page.files),
        () => undefined,
      );
  }, [code, isThere]);
  if (examples.length === 0) return null;
  return (
    <ul class="examples plain" aria-label={`Examples of ${code}`}>
      {examples.map(({ id, filename, error }) => (
        <li key={id}>
          <Link href={hrefOf(`files/${id}`)}>
            <bdi>{filename}</bdi>
          </Link>
          <small class="long">{error?.message}</small>
        </li>
      ))}
    </ul>
  );
}
