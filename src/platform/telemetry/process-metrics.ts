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
  const delay = monitorEventLoopDelay({ samplePerIteration: true });
  delay.enable();
  all.defer(() => delay.disable());
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
  // Reads both values before it forgets them.
  const delays = () => {
    const read = { p99: delay.percentile(99) * perNanosecond, max: delay.max * perNanosecond };
    delay.reset();
    return read;
  };
  let latest = delays();
  all.use(instruments.cpuTime.observe(cpu));
  all.use(instruments.memory.observe(() => [[process.memoryUsage.rss()]]));
  all.use(instruments.uptime.observe(() => [[process.uptime()]]));
  all.use(instruments.heapUsed.observe(() => [[getHeapStatistics().used_heap_size]]));
  all.use(instruments.heapLimit.observe(() => [[getHeapStatistics().heap_size_limit]]));
  all.use(instruments.loopUtilization.observe(() => [[busy()]]));
  all.use(
    instruments.loopDelayP99.observe(() => {
      latest = delays();
      return [[latest.p99]];
    }),
  );
  all.use(instruments.loopDelayMax.observe(() => [[latest.max]]));
  return all;
}
