import { setTimeout as delay } from 'node:timers/promises';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { ConfigError } from './config-error.ts';

/**
 * The places where a test may make a process die, fail or wait, in the order in which a file meets them.
 * docs/reliability.md shows this table.
 */
export const failpoints = {
  'upload.staged': 'upload: the staging file is open and empty',
  'upload.chunk': 'upload: a chunk was written; passed once per chunk',
  'upload.written': 'upload: all bytes are written and checked, but not synced',
  'upload.synced': 'upload: the bytes are synced, under their staging name',
  'upload.renamed': 'upload: the object has its final name, but its folder is not synced',
  'upload.folder-synced': 'upload: the object is durable, but no row names it',
  'upload.begun': 'upload: a resumable upload is durable, but its client has no answer',
  'upload.appended': 'upload: a chunk of a resumable upload was written; passed once per chunk',
  'upload.kept': 'upload: the bytes of an append are synced, but not used yet',
  'upload.move-noted': 'upload: without hard links: the object that a complete upload becomes is recorded',
  'upload.linked': 'upload: a complete upload also has its final name, but its folder is not synced',
  'upload.registered': 'upload: the file of a resumable upload is registered, but the upload does not record it',
  'upload.ended': 'upload: the upload records which file it became, but the client has no answer',
  'segment.opened': 'upload: a new segment exists and is empty',
  'segment.written': 'upload: a batch of small files is written to a segment, but not synced',
  'segment.synced': 'upload: the batch is synced, but its keys are not acknowledged',
  'upload.packed': 'upload: a small file is durable in its segment, but no row names it',
  'metadata.creating': 'metadata: a batch of new files was received, but nothing is written',
  'metadata.created': 'metadata: their rows are committed, but upload has no answer',
  'upload.created': 'upload: upload knows that the row is committed, but has not rung',
  'upload.rung': 'upload: the ring is queued, but the client has no answer',
  'worker.delivered': 'worker: rings were read, but nothing is claimed',
  'metadata.claimed': 'metadata: a claim is committed, but the worker has no answer',
  'worker.claimed': 'worker: the claim was answered, but its rings are not settled',
  'worker.settled': 'worker: the rings are settled, but no work has begun',
  'worker.analysing': 'worker: a file is about to be passed to a thread',
  'analysis.opening': 'analysis thread: the file is about to be opened',
  'analysis.read': 'analysis thread: all bytes were read, but no analyser has finished',
  'analysis.finishing': 'analysis thread: an analyser is about to finish; passed once per analyser',
  'worker.analysed': 'worker: the analysis has ended, but nothing is written',
  'result.saving': 'result: a batch of results was received, but nothing is written',
  'result.saved': 'result: results are committed, but the worker has no answer',
  'worker.saved': 'worker: the save was answered',
  'webhooks.sending': 'metadata: an event is about to be sent to its webhook',
  'webhooks.sent': 'metadata: the receiver of a webhook has answered, but nothing is written',
  'compactor.copied': 'upload: blobs of a wasteful segment were copied, but their rows name the originals',
  'metadata.moved': 'metadata: rows name the copies, but upload has no answer',
  'compactor.moved': 'upload: rows name the copies, but copies of deleted files still exist',
} as const satisfies Record<string, string>;

export type Failpoint = keyof typeof failpoints;

type Action =
  /** Sends SIGKILL to this process, or rejects, at the n-th pass only. */
  | { readonly kind: 'kill' | 'error'; readonly atPass: number; passes: number }
  /** Delays every pass. */
  | { readonly kind: 'delay'; readonly ms: number };

const environmentKey = 'filemill.failpoints';
const defaultDelayMs = 1_000;

/** Empty unless a test armed some. Threads inherit the list of their process, and count passes by themselves. */
const armed = parseFailpoints((getEnvironmentData(environmentKey) as string | undefined) ?? '');

/** Does what a test has armed for this place, if anything. */
export function failpoint(name: Failpoint): Promise<void> | undefined {
  return armed.size === 0 ? undefined : act(name);
}

/**
 * Arms `FILEMILL_FAILPOINTS`, a list of `name:kill[:n]`, `name:error[:n]` (at the n-th pass, by default the first) and
 * `name:delay[:ms]` (at every pass, by default 1000 ms). Where failpoints are allowed, the parent process may arm more by a
 * message `{ failpoints: list }`, which reaches threads that start later.
 *
 * @throws ConfigError for a list that cannot be read, and for any list unless FILEMILL_ALLOW_FAILPOINTS is 1
 */
export function armFailpoints(env: NodeJS.ProcessEnv): void {
  if (areAllowed(env) && process.connected)
    process.on('message', (message: { failpoints?: string }) => arm(message.failpoints ?? ''));
  checkFailpoints(env);
  if (env.FILEMILL_FAILPOINTS) arm(env.FILEMILL_FAILPOINTS);
}

/** @throws ConfigError for what `armFailpoints` would refuse */
export function checkFailpoints(env: NodeJS.ProcessEnv): void {
  if (!env.FILEMILL_FAILPOINTS) return;
  if (!areAllowed(env))
    throw new ConfigError('FILEMILL_FAILPOINTS: makes processes die; refused unless FILEMILL_ALLOW_FAILPOINTS is 1');
  parseFailpoints(env.FILEMILL_FAILPOINTS);
}

function areAllowed(env: NodeJS.ProcessEnv): boolean {
  return env.FILEMILL_ALLOW_FAILPOINTS === '1';
}

function arm(list: string): void {
  for (const [name, action] of parseFailpoints(list)) armed.set(name, action);
  setEnvironmentData(environmentKey, list);
}

async function act(name: Failpoint): Promise<void> {
  const action = armed.get(name);
  if (action === undefined) return;
  if (action.kind === 'delay') return await delay(action.ms);
  action.passes += 1;
  if (action.passes !== action.atPass) return;
  if (action.kind === 'error') throw new Error(`failpoint ${name}`);
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

function parseFailpoints(list: string): Map<Failpoint, Action> {
  return new Map(list.split(',').filter(Boolean).map(parseFailpoint));
}

function parseFailpoint(text: string): [Failpoint, Action] {
  const [, name = '', kind, digits] = /^([^:]+):(kill|error|delay)(?::(\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (!Object.hasOwn(failpoints, name) || digits === '0')
    throw new ConfigError(`FILEMILL_FAILPOINTS: "${text}" is not NAME:kill[:n], NAME:error[:n] or NAME:delay[:ms]`);
  const action: Action =
    kind === 'delay'
      ? { kind, ms: Number(digits ?? defaultDelayMs) }
      : { kind: kind as 'kill' | 'error', atPass: Number(digits ?? 1), passes: 0 };
  return [name as Failpoint, action];
}
