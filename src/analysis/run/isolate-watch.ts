import { workerData } from 'node:worker_threads';

/** The thread of an isolate that ends the process when it grows too large, or when its parent is gone. */

/** The signal by which a process that has outgrown its memory ends itself. */
export const outgrown: NodeJS.Signals = 'SIGUSR2';

const lookEveryMs = 20;
/** So many looks without work, and the thread sleeps until it is woken. Until then, an order need not wake it. */
const looksBeforeSleep = 50;

/** What the two threads of an isolate tell each other, in the first cell of the memory that they share. */
export const watchStates = { idle: 0, busy: 1, asleep: 2 } as const;

if (workerData !== null) watchOver(workerData);

interface Watch {
  /** The state, and a cell that never changes. */
  readonly watch: Int32Array;
  readonly memoryMb: number;
  readonly parent: number;
}

function watchOver({ watch, memoryMb, parent }: Watch): never {
  const { idle, busy, asleep } = watchStates;
  for (let idleLooks = 0; ; ) {
    Atomics.wait(watch, 1, 0, lookEveryMs);
    if (process.memoryUsage.rss() > memoryMb * 2 ** 20) process.kill(process.pid, outgrown);
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    idleLooks = Atomics.load(watch, 0) === busy ? 0 : idleLooks + 1;
    if (idleLooks < looksBeforeSleep) continue;
    if (Atomics.compareExchange(watch, 0, idle, asleep) === idle) Atomics.wait(watch, 0, asleep);
    idleLooks = 0;
  }
}
