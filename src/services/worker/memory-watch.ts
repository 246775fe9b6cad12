import type { Logger } from '#platform/logger.ts';

const lookEveryMs = 50;

/**
 * Ends this process at once when it holds more memory than it may: what a thread's limits do not count, such
 * as Buffers, would otherwise take the machine down. Its files then run again, each alone.
 *
 * @param limitMb largest resident memory in MiB; undefined for none
 */
export function startMemoryWatch(limitMb: number | undefined, logger: Logger): Disposable {
  const look = (limit: number) => {
    const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
    if (rssMb <= limit) return;
    logger.fatal({ rssMb, limitMb }, 'more memory in use than FILEMILL_WORKER_MEMORY_MB allows: ending at once');
    process.kill(process.pid, 'SIGKILL');
  };
  const timer = limitMb === undefined ? undefined : setInterval(look, lookEveryMs, limitMb).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
