import { analyzers } from '#analysis/registry.ts';
import type { Failpoint } from '#platform/failpoints.ts';
import type { Fault } from '../fault.ts';
import type { ProcessName } from '../stack.ts';
import { dieAt } from './die-at.ts';

/** A process kills itself at a step of a file's way, at a pass that the seed chooses; then it starts again. */
export const crashPoints: readonly Fault[] = [
  crash(1, 'upload', 'upload.chunk', 'upload dies in the middle of a stream'),
  crash(1, 'upload', 'upload.staged', 'upload dies before the first byte is written'),
  crash(2, 'upload', 'upload.written', 'upload dies after the write, before fsync'),
  crash(3, 'upload', 'upload.synced', 'upload dies after fsync, before the rename', { store: 'volume' }),
  crash(4, 'upload', 'upload.renamed', 'upload dies after the rename, before fsync of the folder', { store: 'volume' }),
  crash(5, 'upload', 'upload.folder-synced', 'upload dies with an object stored and no row'),
  {
    row: 6,
    name: 'outcome-stays-unknown',
    title: 'metadata dies after the commit of rows and stays away until upload gives up asking',
    inject: (scene) =>
      dieAt(scene, 'metadata', 'metadata.created', { pass: scene.random.between(1, 6), awayMs: 21_000 }),
  },
  crash(38, 'upload', 'segment.opened', 'upload dies when a segment was made', {
    passes: 1,
    atBoot: true,
    store: 'volume',
  }),
  crash(38, 'upload', 'segment.written', 'upload dies after small files were written, before their sync'),
  crash(38, 'upload', 'segment.synced', 'upload dies after small files were synced, before it tells anybody'),
  crash(38, 'upload', 'upload.packed', 'upload dies with small files stored and no rows'),
  crash(40, 'upload', 'upload.begun', 'upload dies when a resumable upload was begun, before its answer'),
  crash(40, 'upload', 'upload.appended', 'upload dies in the middle of an append'),
  crash(40, 'upload', 'upload.kept', 'upload dies with all bytes of an append synced'),
  crash(40, 'upload', 'upload.linked', 'upload dies after the link of a complete upload, before fsync of the folder', {
    store: 'volume',
  }),
  crash(40, 'upload', 'upload.registered', 'upload dies with the row committed and the upload not ended'),
  crash(40, 'upload', 'upload.ended', 'upload dies after an upload was ended, before its answer'),
  crash(5, 'metadata', 'metadata.creating', 'metadata dies before rows are written'),
  crash(7, 'metadata', 'metadata.created', 'metadata dies after the commit of rows, before its answer'),
  crash(7, 'upload', 'upload.rung', 'upload dies after the commit, before its answer'),
  crash(8, 'upload', 'upload.created', 'upload dies after the commit, before it rings'),
  crash(9, 'worker-1', 'worker.delivered', 'a worker dies between delivery and claim'),
  crash(9, 'metadata', 'metadata.claimed', 'metadata dies after the commit of a claim, before its answer'),
  crash(10, 'worker-1', 'worker.claimed', 'a worker dies after the claim, rings not settled'),
  crash(10, 'worker-1', 'worker.settled', 'a worker dies after the claim, rings settled'),
  crash(10, 'worker-1', 'worker.analysing', 'a worker dies before an analysis'),
  crash(10, 'worker-1', 'analysis.opening', 'a worker dies before a file is opened', { passedAtBoot: 1 }),
  crash(10, 'worker-1', 'analysis.read', 'a worker dies when a file was read', { passedAtBoot: 1 }),
  crash(10, 'worker-1', 'analysis.finishing', 'a worker dies between two analysers', {
    passedAtBoot: analyzers.length,
  }),
  crash(10, 'worker-1', 'worker.analysed', 'a worker dies before the save'),
  crash(10, 'result', 'result.saving', 'result dies before results are written'),
  crash(11, 'result', 'result.saved', 'result dies after the commit of results, before its answer'),
  crash(11, 'worker-1', 'worker.saved', 'a worker dies after the save was answered'),
];

interface Passes {
  /** How often the process comes by within the round, for sure. */
  readonly passes?: number;
  /** It has to be started anew to come by. */
  readonly atBoot?: boolean;
  /** How often the worker's own proof at its start comes by; its threads hear of failpoints when they begin. */
  readonly passedAtBoot?: number;
  /** The only kind of store that has it. */
  readonly store?: Fault['store'];
}

function crash(
  row: number,
  name: ProcessName,
  failpoint: Failpoint,
  title: string,
  { passes = 6, passedAtBoot = 0, atBoot = passedAtBoot > 0, store }: Passes = {},
): Fault {
  return {
    row,
    name: `kill-at-${failpoint.replace('.', '-')}`,
    title,
    ...(store && { store }),
    inject: (scene) => dieAt(scene, name, failpoint, { atBoot, pass: passedAtBoot + scene.random.between(1, passes) }),
  };
}
