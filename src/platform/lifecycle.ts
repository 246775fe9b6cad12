import { url as inspectorUrl } from 'node:inspector';
import { untilAborted } from './abort.ts';
import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';
import { stopTelemetry } from './telemetry/telemetry.ts';
import { stopTraces } from './telemetry/traces.ts';

/** Owns the resources of a service; they close in reverse order when the service stops. */
export interface ServiceScope {
  /** Aborted once, on SIGTERM, SIGINT, or when the parent process is gone. */
  readonly signal: AbortSignal;
  /** Registers a resource to close, and returns it. */
  use<T extends AsyncDisposable | Disposable>(resource: T): T;
}

/** The longest time from the signal to the end of the process. */
const shutdownDeadlineMs = 28_000;

/** How long the process may live on once everything is closed. */
const lingerMs = 500;

/**
 * Runs a service until a signal stops it. `start` opens everything through `scope.use`. On the signal all of that closes in
 * reverse order, and the process ends because nothing is left to do. A backstop ends it by force.
 */
export async function runService(logger: Logger, start: (scope: ServiceScope) => Promise<void>): Promise<void> {
  const stopping = stopSignal();
  reportAlive();
  await using resources = new AsyncDisposableStack();
  try {
    await start({ signal: stopping, use: (resource) => resources.use(resource) });
    logger.info('ready');
    if (process.connected) process.send?.('ready');
    await untilAborted(stopping);
    logger.info({ detail: String(stopping.reason) }, 'stopping');
  } catch (error) {
    if (!stopping.aborted) {
      process.exitCode = error instanceof ConfigError ? 2 : 1;
      if (error instanceof ConfigError) logger.fatal(error.message);
      else logger.fatal({ err: error }, 'cannot start');
    }
  }
  setTimeout(() => {
    logger.error('shutdown took too long: ending by force');
    process.exit(1);
  }, shutdownDeadlineMs).unref();
  await resources.disposeAsync();
  await Promise.all([stopTraces(), stopTelemetry()]);
  if (process.connected) process.disconnect?.();
  // grpc-js cannot cancel a connection attempt: a channel that was closed while it connected to an address that is gone
  // (a replaced pod) would keep the process alive for half a minute.
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Milliseconds between two messages to a supervisor. */
const aliveEveryMs = 1_000;

/** Sent by the event loop itself, so that a supervisor notices a process that is frozen or stuck. */
function reportAlive(): void {
  if (!process.connected) return;
  const tell = () => {
    if (process.connected) process.send?.({ alive: true, debugged: inspectorUrl() !== undefined }, () => undefined);
    else clearInterval(timer);
  };
  const timer = setInterval(tell, aliveEveryMs).unref();
  tell();
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort(name));
  // The death of a supervisor closes the channel to its children.
  if (process.connected) process.once('disconnect', () => controller.abort('the supervisor is gone'));
  return controller.signal;
}
