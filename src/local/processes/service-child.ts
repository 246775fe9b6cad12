import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onAbort } from '#platform/abort.ts';
import { SetupError } from '../setup-error.ts';
import { endOf, killGroup, type LiveProcesses, spawnDetached, stopChild } from './child.ts';
import type { ChildRegister } from './child-register.ts';
import type { Running } from './keeper.ts';
import { isFrozen } from './process-table.ts';
import { type LogLine, ServiceLog } from './service-log.ts';
import { serviceNodeOptions } from './service-runtime.ts';
import { environmentOf } from './service-specs.ts';
import { lookEveryMs, Silence } from './silence.ts';

/** A service that hangs is killed: others end within 28 s of SIGTERM. */
const stopDeadlineMs = 30_000;

/** A folder under src/services. */
export type ServiceName = 'metadata' | 'result' | 'upload' | 'web' | 'worker';

export interface ServiceSpec {
  readonly service: ServiceName;
  /** Shown to people: the service, with a number if there are several. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ServiceSurroundings {
  /** Inherited by every child. */
  readonly env: NodeJS.ProcessEnv;
  readonly register: ChildRegister;
  readonly processes: LiveProcesses;
  readonly logPath: (name: string) => string;
  /** Receives each line that a service logs. */
  readonly show: (name: string, line: LogLine) => void;
}

/**
 * Starts the entry point that the images run, and resolves when the service reports that it is ready.
 *
 * @throws SetupError with the last log lines of a service that ended too early; nothing is left running
 */
export async function startService(
  spec: ServiceSpec,
  surroundings: ServiceSurroundings,
  signal: AbortSignal,
): Promise<Running> {
  signal.throwIfAborted();
  const { name } = spec;
  const log = new ServiceLog(surroundings.logPath(name), (line) => surroundings.show(name, line));
  const script = fileURLToPath(import.meta.resolve(`#services/${spec.service}/main.ts`));
  const child = await spawnDetached([process.execPath, ...serviceNodeOptions, script], {
    env: environmentOf(spec, surroundings.env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  surroundings.processes.add(child, 'SIGKILL');
  if (child.stdout) log.read(child.stdout);
  if (child.stderr) log.read(child.stderr);
  const watch = watchSilence(child);
  const ended = endOf(child).then((how) => {
    clearInterval(watch.timer);
    return watch.hang ?? how;
  });
  child.once('close', () => log.close());
  try {
    await surroundings.register.add(name, child.pid);
    await untilReady(child, spec, { ended, log, signal });
  } catch (error) {
    // The run after a crash would not find a process that is not registered.
    killGroup(child, 'SIGKILL');
    await ended;
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    ended,
    stop: () => stopChild(child, { gentle: 'SIGTERM', harsh: 'SIGKILL', afterMs: stopDeadlineMs }),
  };
}

/** Kills a service that hangs; SIGKILL also works on a frozen one. */
function watchSilence(child: ChildProcess): SilenceWatch {
  const silence = new Silence();
  child.on('message', (message) => {
    const { alive, debugged = false } = message as { alive?: boolean; debugged?: boolean };
    if (alive) silence.heard({ debugged });
  });
  const watch: SilenceWatch = {
    timer: setInterval(() => {
      if (watch.hang !== undefined || !silence.look()) return;
      watch.hang = `did not respond for ${silence.seconds} s and was killed`;
      void killHung(child, watch);
    }, lookEveryMs),
  };
  watch.timer.unref();
  return watch;
}

interface SilenceWatch {
  readonly timer: NodeJS.Timeout;
  /** How the service hung, once it does. */
  hang?: string;
}

/** Says what the service did instead, as far as its state tells. */
async function killHung(child: ChildProcess, watch: SilenceWatch): Promise<void> {
  const state = (await isFrozen(child.pid ?? 0)) ? 'frozen' : 'its event loop was blocked';
  watch.hang = `${watch.hang} (${state})`;
  killGroup(child, 'SIGKILL');
}

interface Start {
  readonly ended: Promise<string>;
  readonly log: ServiceLog;
  readonly signal: AbortSignal;
}

async function untilReady(child: ChildProcess, { name }: ServiceSpec, { ended, log, signal }: Start): Promise<void> {
  using _ = onAbort(signal, () => child.kill('SIGTERM'));
  const outcome = await Promise.race([isReady(child), ended]);
  if (outcome === 'ready') return;
  // Code 2 means that the settings or the volume are at fault, as the log says.
  const exitCode = outcome === 'ended with code 2' ? 2 : 1;
  throw new SetupError(`${name} ${outcome} while starting:\n${log.tail()}`, { exitCode });
}

async function isReady(child: ChildProcess): Promise<'ready'> {
  const { promise, resolve } = Promise.withResolvers<'ready'>();
  child.on('message', (message) => {
    if (message === 'ready') resolve('ready');
  });
  return await promise;
}
