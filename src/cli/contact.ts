import type { RpcChannel } from '#client/rpc-client.ts';
import type { FilemillError } from '#domain/errors.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { sleep } from '#platform/abort.ts';
import { fromServiceError, isRetryable, isUnimplemented } from '#platform/rpc/errors.ts';
import { CliError, exitCodes } from './failure.ts';

const pauseMs = 200;

/** Long enough for a service that is restarted; short enough for somebody who waits for a word. */
export const firstAnswerMs = 1_500;

export interface ContactOptions {
  readonly signal: AbortSignal;
  /** How long the server may take to answer for the first time. */
  readonly withinMs: number;
  readonly onRetry?: (error: FilemillError) => void;
}

/**
 * Resolves once the server has answered anything. A server that is not there is told from one that went away: nobody
 * should have to wait long to hear of a mistyped address.
 *
 * @throws CliError when it does not answer; FilemillError for what a proxy on the way says
 */
export async function contact(channel: RpcChannel, { signal, withinMs, onRetry }: ContactOptions): Promise<void> {
  const health = channel.client(Health);
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      await health.check({}, { signal, timeoutMs: Math.max(pauseMs, until - performance.now()) });
      return;
    } catch (cause) {
      const error = fromServiceError(cause);
      if (isUnimplemented(error)) return;
      if (signal.aborted || !isRetryable(error) || performance.now() + pauseMs > until)
        throw error.reason === 'UNAVAILABLE' ? absent(channel.target, error) : error;
      onRetry?.(error);
      await sleep(pauseMs, signal);
    }
  }
}

function absent(server: string, { message }: FilemillError): CliError {
  const action = 'Start it with `npm start`, or name another with --server or FILEMILL_SERVER.';
  return new CliError(exitCodes.unavailable, `${server} does not answer: ${message.replace(/\.$/, '')}.`, action);
}
