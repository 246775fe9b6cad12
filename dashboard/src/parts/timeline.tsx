import type { AttemptJson, FileJson, ResultJson } from '#contract/schemas.ts';
import { between, time } from '../format.ts';
import { Icon, type IconName } from './icon.tsx';

interface TimelineProps {
  readonly file: FileJson;
  readonly attempts: readonly AttemptJson[];
  readonly result: ResultJson | undefined;
}

interface Step {
  readonly icon: IconName;
  readonly what: string;
  readonly at: string | null;
  /** How long it took until then, by whom, or why. */
  readonly more?: string;
}

/** What happened to the file, from its upload to now. */
export function Timeline({ file, attempts, result }: TimelineProps) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <ol class="timeline">
        {stepsOf({ file, attempts, result }).map(({ icon, what, at, more }) => (
          <li key={`${what} ${at}`}>
            <Icon name={icon} />
            <div>
              <strong>{what}</strong> <span class="quiet">{at === null ? '' : time(at)}</span>
              {more !== undefined && <p>{more}</p>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsOf({ file, attempts, result }: TimelineProps): readonly Step[] {
  const accepted: Step = {
    icon: 'upload',
    what: 'Accepted',
    at: file.created_at,
    more: 'Its bytes are synced to disk.',
  };
  const tried = attempts.flatMap((attempt, n) => attemptSteps(attempt, attempts[n - 1]?.ended_at ?? file.created_at));
  return [accepted, ...tried, ...endOf(file, result)];
}

function attemptSteps({ worker, claimed_at, ended_at, outcome, error }: AttemptJson, since: string | null): Step[] {
  const claimed: Step = {
    ...{ icon: 'workers', what: 'Claimed', at: claimed_at },
    more: `By ${worker || 'a worker'}, after a wait of ${between(since, claimed_at)}.`,
  };
  if (outcome === 'FAILED' || outcome === 'EXPIRED')
    return [
      claimed,
      {
        ...{ icon: 'cross', what: outcome === 'FAILED' ? 'Failed' : 'Lease expired', at: ended_at },
        more: `After ${between(claimed_at, ended_at)}: ${error?.code ?? 'for an unknown reason'}.`,
      },
    ];
  return [claimed];
}

function endOf(file: FileJson, result: ResultJson | undefined): Step[] {
  const analysts = Object.entries(result?.output.analyzers ?? {}).map(([name, version]) => `${name} ${version}`);
  const saved: Step = {
    ...{ icon: 'check', what: 'Analysed and saved', at: file.completed_at },
    more: `${between(file.created_at, file.completed_at)} after the upload${analysts.length > 0 ? `, by ${analysts.join(', ')}` : ''}.`,
  };
  const now: Partial<Readonly<Record<FileJson['status'], Step>>> = {
    PENDING: { icon: 'clock', what: 'Waits for a worker', at: null },
    PAUSED: { icon: 'pause', what: 'Held back', at: null },
    PROCESSING: { icon: 'play', what: 'Is analysed', at: null },
    COMPLETED: saved,
  };
  const last = now[file.status];
  const gone: Step = { icon: 'clock', what: 'Bytes given up by a retention rule', at: file.bytes_expired_at };
  return [...(last === undefined ? [] : [last]), ...(file.bytes_expired_at === null ? [] : [gone])];
}
