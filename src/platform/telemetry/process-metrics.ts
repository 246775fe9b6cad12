import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { instruments } from './instruments.ts';

const perMicrosecond = 1e-6;
const perNanosecond = 1e-9;
const user = { 'cpu.mode': 'user' };
const system = { 'cpu.mode': 'system' };

/** Observes this process: nothing is done between two collections, and an idle process is not woken. */
export function observeProcess(): Disposable {
  const all = new DisposableStack();
  let loop = performance.eventLoopUtilization();
  const busy = () => {
    const since = loop;
    loop = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(loop, since).utilization;
  };
  const cpu = () => {
    const used = process.cpuUsage();
    return [
      [used.user * perMicrosecond, user],
      [used.system * perMicrosecond, system],
    ] as const;
  };
  const delays = recentDelays(all);
  all.use(instruments.cpuTime.observe(cpu));
  all.use(instruments.memory.observe(() => [[process.memoryUsage.rss()]]));
  all.use(instruments.uptime.observe(() => [[process.uptime()]]));
  all.use(instruments.heapUsed.observe(() => [[getHeapStatistics().used_heap_size]]));
  all.use(instruments.heapLimit.observe(() => [[getHeapStatistics().heap_size_limit]]));
  all.use(instruments.loopUtilization.observe(() => [[busy()]]));
  all.use(instruments.loopDelayP99.observe(() => [[delays().p99]]));
  all.use(instruments.loopDelayMax.observe(() => [[delays().max]]));
  return all;
}

const windowMs = 60_000;

/**
 * The delays of the last one or two minutes. A scrape must not make them forgotten: while the loop is blocked scrapes time out, and
 * what they would have told goes nowhere.
 */
function recentDelays(owner: DisposableStack): () => { readonly p99: number; readonly max: number } {
  const delay = monitorEventLoopDelay({ samplePerIteration: true });
  delay.enable();
  owner.defer(() => delay.disable());
  let earlier = { p99: 0, max: 0 };
  let begunAt = performance.now();
  return () => {
    const current = { p99: delay.percentile(99) * perNanosecond, max: delay.max * perNanosecond };
    const seen = { p99: Math.max(earlier.p99, current.p99), max: Math.max(earlier.max, current.max) };
    if (performance.now() - begunAt > windowMs) {
      earlier = current;
      begunAt = performance.now();
      delay.reset();
    }
    return seen;
  };
}
