import { url as inspectorUrl } from 'node:inspector';
import { untilAborted } from './abort.ts';
import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';

/** What `main` hands its resources to; they close in reverse order when the service stops. */
export interface ServiceScope {
  /** Aborted once, on SIGTERM, SIGINT, or when the parent process is gone. */
  readonly signal: AbortSignal;
  /** Registers something to close; answers with it. */
  use<T extends AsyncDisposable | Disposable>(resource: T): T;
}

/** Longest time from the signal to the end of the process. */
const shutdownDeadlineMs = 28_000;

/** What is left to do once everything is closed takes no longer than this. */
const lingerMs = 500;

/**
 * Runs a service until it is told to stop: `start` opens everything through `scope.use`, then the
 * process serves; on a signal all of it closes in reverse order and the process ends because nothing is
 * left to do. A backstop ends it by force.
 */
export async function runService(logger: Logger, start: (scope: ServiceScope) => Promise<void>): Promise<void> {
  const stopping = stopSignal();
  tellThatWeLive();
  await using resources = new AsyncDisposableStack();
  try {
    await start({ signal: stopping, use: (resource) => resources.use(resource) });
    logger.info('ready');
    if (process.connected) process.send?.('ready');
    await untilAborted(stopping);
    logger.info({ reason: String(stopping.reason) }, 'stopping');
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
  if (process.connected) process.disconnect?.();
  // A gRPC channel that was closed while it connected to an address that is gone (a pod that was replaced)
  // would hold the process for the half minute that the attempt takes: grpc-js cannot cancel it.
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Milliseconds between two words to a supervisor. */
const aliveEveryMs = 1_000;

/** A supervisor hears from the event loop itself, so that it notices when this process is frozen, or stuck. */
function tellThatWeLive(): void {
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
  // Started by a supervisor: its death closes the channel.
  if (process.connected) process.once('disconnect', () => controller.abort('the supervisor is gone'));
  return controller.signal;
}
