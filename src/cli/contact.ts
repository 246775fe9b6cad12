import type { FilemillError } from '#domain/errors.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { sleep } from '#platform/abort.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable, isUnimplemented, isWrongAddress } from '#platform/rpc/errors.ts';
import { CliError, exitCodes } from './failure.ts';

const pauseMs = 200;

/** Each question gets as long at least, so that no server is called absent because it is busy. */
const attemptMs = 1_500;

/** Long enough for a service that is restarted; short enough for somebody who waits for a word. */
export const firstAnswerMs = 1_000;

/** Long enough for a server that was started at the same moment. */
export const startMs = 15_000;

/** Time without an answer after which it is said that there is none yet. */
const silenceMs = 1_000;

export interface ContactOptions {
  readonly signal: AbortSignal;
  /** How long the server may take to answer for the first time. */
  readonly withinMs: number;
  /** Whether an address that leads nowhere is tried for as long as any other: it may be about to lead somewhere. */
  readonly anyAddress?: boolean;
  /** Told once when the server takes its time. */
  readonly onSilence?: () => void;
}

/**
 * Resolves once the server has answered anything. A server that is not there is told from one that went away: nobody
 * should have to wait long to hear of a mistyped address.
 *
 * @throws CliError when it does not answer; FilemillError for what a proxy on the way says
 */
export async function contact(channel: RpcChannel, options: ContactOptions): Promise<void> {
  const silence = setTimeout(() => options.onSilence?.(), silenceMs);
  try {
    await untilAnswered(channel, options);
  } finally {
    clearTimeout(silence);
  }
}

async function untilAnswered(channel: RpcChannel, options: ContactOptions): Promise<void> {
  const { signal, withinMs, anyAddress = false } = options;
  const health = channel.client(Health);
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      await health.check({}, { signal, timeoutMs: Math.max(attemptMs, until - performance.now()) });
      return;
    } catch (cause) {
      const error = fromServiceError(cause);
      if (isUnimplemented(error)) return;
      const mayChange = isRetryable(error) && (anyAddress || !isWrongAddress(error));
      if (signal.aborted || !mayChange || performance.now() + pauseMs > until)
        throw error.reason === 'UNAVAILABLE' ? absent(channel.target, error) : error;
      await sleep(pauseMs, signal);
    }
  }
}

function absent(server: string, { message }: FilemillError): CliError {
  const action = 'Start it with `npm start`, or name another with --server or FILEMILL_SERVER.';
  return new CliError(exitCodes.unavailable, `${server} does not answer: ${message.replace(/\.$/, '')}.`, action);
}
