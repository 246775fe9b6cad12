import type { AttemptJson } from '#contract/schemas.ts';
import { between, count, time } from '../format.ts';
import { TableHead } from './table-head.tsx';

const outcomes: Readonly<Record<AttemptJson['outcome'], { readonly sign: string; readonly like: string }>> = {
  RUNNING: { sign: '▶', like: 'processing' },
  COMPLETED: { sign: '✔', like: 'completed' },
  FAILED: { sign: '✖', like: 'failed' },
  EXPIRED: { sign: '✖', like: 'failed' },
  UNKNOWN: { sign: '?', like: 'pending' },
};

/** Lists which worker had the file, when, and how each attempt ended. */
export function Attempts({ attempts }: { readonly attempts: readonly AttemptJson[] | undefined }) {
  if (attempts === undefined) return null;
  return (
    <section aria-labelledby="attempts">
      <h2 id="attempts">Attempts</h2>
      {attempts.length === 0 ? <p>No worker has claimed this file yet.</p> : <AttemptTable attempts={attempts} />}
    </section>
  );
}

function AttemptTable({ attempts }: { readonly attempts: readonly AttemptJson[] }) {
  return (
    <table class="stacked">
      <TableHead titles={['Attempt', 'Outcome', 'Worker', 'Claimed', 'Took']} />
      <tbody>
        {attempts.map((attempt) => (
          <AttemptRow key={`${attempt.claimed_at} ${attempt.worker}`} attempt={attempt} />
        ))}
      </tbody>
    </table>
  );
}

function AttemptRow({ attempt }: { readonly attempt: AttemptJson }) {
  const { sign, like } = outcomes[attempt.outcome];
  return (
    <tr>
      <th scope="row" data-title="Attempt">
        {count(attempt.number)}
      </th>
      <td class="long">
        <span class={`status status-${like}`}>
          <span aria-hidden="true">{sign}</span> {attempt.outcome}
        </span>
        {attempt.error !== null && (
          <small>
            {attempt.error.code}: {attempt.error.message}
          </small>
        )}
      </td>
      <td class="long" data-title="Worker">
        {attempt.worker || '–'}
      </td>
      <td class="whole" data-title="Claimed">
        {time(attempt.claimed_at)}
      </td>
      <td class="whole" data-title="Took">
        {between(attempt.claimed_at, attempt.ended_at)}
      </td>
    </tr>
  );
}
