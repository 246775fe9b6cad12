import type { Json, StatsJson } from '#contract/schemas.ts';
import { count, files, seconds } from './format.ts';

export interface Health {
  readonly tone: 'good' | 'wait' | 'bad';
  readonly sentence: string;
  readonly detail: string;
}

interface Known {
  /** The last attempt to reach the server failed. */
  readonly lost: boolean;
  readonly ready: Json<'Ready'> | undefined;
  readonly now: Pick<StatsJson, 'statuses' | 'workers'>;
  /** Files that end per second. */
  readonly out: number;
}

/** How Filemill is, in one sentence, and what it does. */
export function healthOf({ lost, ready, now, out }: Known): Health {
  const filesIn = (status: string) => now.statuses[status]?.files ?? 0;
  const [backlog, failed] = [filesIn('PENDING') + filesIn('PROCESSING'), filesIn('FAILED')];
  const detail = [
    `${files(filesIn('COMPLETED'))} analysed`,
    backlog === 0 ? 'none waits' : `${count(backlog)} to do${timeLeft(backlog, out)}`,
    ...(filesIn('PAUSED') > 0 ? [`${count(filesIn('PAUSED'))} held back`] : []),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
  ].join(', ');
  if (lost) return { tone: 'bad', sentence: 'The server does not answer', detail };
  if (now.workers.length === 0) return { tone: 'bad', sentence: 'No worker is alive: files wait', detail };
  if (ready?.missing.length) return { tone: 'bad', sentence: 'Files cannot be taken in or analysed now', detail };
  if (ready?.degraded.length) return { tone: 'wait', sentence: 'It works, more slowly than it could', detail };
  return { tone: 'good', sentence: backlog === 0 ? 'All is well' : 'It works', detail };
}

function timeLeft(backlog: number, out: number): string {
  return out < 0.1 ? '' : `, about ${seconds(Math.ceil(backlog / out))} at this rate`;
}
