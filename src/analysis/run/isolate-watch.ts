import { workerData } from 'node:worker_threads';

/** The thread of an isolate that ends the process when it grows too large, or when its parent is gone. */

/** The signal by which a process that has outgrown its memory ends itself. */
export const outgrown: NodeJS.Signals = 'SIGUSR2';

const lookEveryMs = 20;

if (workerData !== null) watchOver(workerData);

interface Watch {
  /** 1 while the process analyses. */
  readonly watch: Int32Array;
  readonly memoryMb: number;
  readonly parent: number;
}

function watchOver({ watch, memoryMb, parent }: Watch): never {
  for (;;) {
    if (Atomics.load(watch, 0) === 0) Atomics.wait(watch, 0, 0);
    else Atomics.wait(watch, 0, 1, lookEveryMs);
    if (process.memoryUsage.rss() > memoryMb * 2 ** 20) process.kill(process.pid, outgrown);
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }
}
