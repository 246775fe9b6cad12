import type { Json } from '#contract/schemas.ts';
import { getHistory, listResults } from '../api.ts';
import { bytes, count, files } from '../format.ts';
import { usePolled } from '../live/poll.ts';
import { serverNow } from '../live/server-time.ts';
import { Chart } from './chart.tsx';
import { Loading } from './loading.tsx';
import { ProblemNote } from './problem-note.tsx';

/** Enough to show what comes, and few enough for a page that is open all day. */
const latest = 200;
const everyMs = 60_000;
const [day, days] = [86_400_000, 30];
const shownTypes = 6;

/** What kinds of files came last, and how much comes a day. */
export function Arrivals() {
  const { answer, problem } = usePolled(() => listResults(new URLSearchParams({ page_size: String(latest) })), everyMs);
  return (
    <section aria-labelledby="arrivals">
      <h2 id="arrivals">What came</h2>
      {answer === undefined ? problem === undefined && <Loading lines={5} /> : <Types results={answer.results} />}
      <ProblemNote problem={problem} />
      <Daily />
    </section>
  );
}

function Types({ results }: { readonly results: Json<'ResultsPage'>['results'] }) {
  if (results.length === 0) return <p class="quiet">Nothing was analysed yet.</p>;
  const groups = [...Map.groupBy(results, ({ output }) => output.description ?? output.mime_type)]
    .map(([name, of]) => ({ name, of: of.length }))
    .sort((one, other) => other.of - one.of);
  const words = results.reduce((sum, { output }) => sum + (output.word_count ?? 0), 0);
  const size = results.reduce((sum, { output }) => sum + output.size, 0);
  return (
    <>
      <p class="quiet">
        The latest {files(results.length)}: {count(words)} words, {bytes(size)}
      </p>
      <ul class="shares">
        {groups.slice(0, shownTypes).map(({ name, of }) => (
          <li key={name}>
            <span>{name}</span>
            <span>{count(of)}</span>
            <progress value={of} max={results.length} aria-label={name} />
          </li>
        ))}
      </ul>
      {groups.length > shownTypes && <p class="quiet">and {count(groups.length - shownTypes)} more types</p>}
    </>
  );
}

function Daily() {
  const end = Math.ceil(serverNow() / day) * day;
  const span = [end - days * day, end] as const;
  const [from, to] = span.map((at) => new Date(at).toISOString()) as [string, string];
  const { answer, problem } = usePolled(() => getHistory({ from, to, step: 'day' }), everyMs);
  if (problem !== undefined) return null;
  const points = answer?.points ?? [];
  return (
    <Chart
      title="Bytes a day"
      format={bytes}
      height={132}
      binary
      span={span}
      blank={answer === undefined ? 'Loading…' : 'Nothing in this time'}
      times={points.map(({ at }) => Date.parse(at))}
      series={[{ name: 'bytes', look: 'bars', values: points.map((point) => point.accepted_bytes) }]}
    />
  );
}
