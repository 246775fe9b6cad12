import { Refusal } from '../api.ts';

/** Shows what went wrong, and what to do about it. */
export function ProblemNote({ problem }: { readonly problem: unknown }) {
  if (problem === undefined) return null;
  const { message } = problem as Error;
  const isForbidden = problem instanceof Refusal && problem.reason === 'PERMISSION_DENIED';
  return (
    <div class="note note-bad" role="alert">
      <p>
        {isForbidden && 'You have no permission for this. '}
        <strong>{message}</strong>
      </p>
      {problem instanceof Refusal && (
        <p>
          {problem.action} <code>{problem.reason}</code>
        </p>
      )}
    </div>
  );
}
