import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onAbort } from '#platform/abort.ts';
import { SetupError } from '../setup-error.ts';
import { endOf, killGroup, type LiveProcesses, spawnDetached, stopChild } from './child.ts';
import type { ChildRegister } from './child-register.ts';
import type { Running } from './keeper.ts';
import { ServiceLog } from './service-log.ts';
import { serviceNodeOptions } from './service-runtime.ts';
import { lookEveryMs, Silence } from './silence.ts';

/** Services end within 28 s of SIGTERM by themselves; this is for one that hangs. */
const stopDeadlineMs = 30_000;

/** A folder under src/services. */
export type ServiceName = 'metadata' | 'result' | 'upload' | 'web' | 'worker';

export interface ServiceSpec {
  readonly service: ServiceName;
  /** What people see: the service, with a number where there are several. */
  readonly name: string;
  /** The variables of its contract. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ServiceSurroundings {
  /** What every child inherits. */
  readonly env: NodeJS.ProcessEnv;
  readonly register: ChildRegister;
  /** Joined by the service as soon as its process exists. */
  readonly processes: LiveProcesses;
  readonly logPath: (name: string) => string;
  /** Told each line that a service logs. */
  readonly show: (name: string, line: { level: string; text: string }) => void;
}

/**
 * Starts the entry point that the images run, and resolves when it has said that it is ready.
 *
 * @throws SetupError with its last lines when it ends before; whatever is thrown, it does not run
 */
export async function startService(
  spec: ServiceSpec,
  surroundings: ServiceSurroundings,
  signal: AbortSignal,
): Promise<Running> {
  signal.throwIfAborted();
  const { name } = spec;
  const log = new ServiceLog(surroundings.logPath(name), (line) => surroundings.show(name, line));
  const script = fileURLToPath(new URL(`../../services/${spec.service}/main.ts`, import.meta.url));
  const child = await spawnDetached([process.execPath, ...serviceNodeOptions, script], {
    env: { ...surroundings.env, ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  surroundings.processes.add(child, 'SIGKILL');
  if (child.stdout) log.read(child.stdout);
  if (child.stderr) log.read(child.stderr);
  const watch = watchSilence(child);
  const ended = endOf(child).then((how) => {
    clearInterval(watch.timer);
    return watch.hangs ? 'answered no more, and was ended by force' : how;
  });
  child.once('close', () => log.close());
  try {
    await surroundings.register.add(name, child.pid);
    await untilReady(child, spec, { ended, log, signal });
  } catch (error) {
    // Whoever is not recorded would not be found by the run after a crash.
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

/** Ends the service by force when it hangs: SIGKILL reaches one that is frozen, too. */
function watchSilence(child: ChildProcess): { readonly timer: NodeJS.Timeout; hangs: boolean } {
  const silence = new Silence();
  child.on('message', (message) => {
    const { alive, debugged = false } = message as { alive?: boolean; debugged?: boolean };
    if (alive) silence.heard({ debugged });
  });
  const watch = {
    hangs: false,
    timer: setInterval(() => {
      if (watch.hangs || !silence.look()) return;
      watch.hangs = true;
      killGroup(child, 'SIGKILL');
    }, lookEveryMs),
  };
  watch.timer.unref();
  return watch;
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
  // With 2, and a sentence, a service says what its settings or its volume lack.
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
