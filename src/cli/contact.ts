import type { FilemillError } from '#domain/errors.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { sleep } from '#platform/abort.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { fromServiceError, isRetryable, isUnimplemented, isWrongAddress } from '#platform/rpc/errors.ts';
import { linkOfTarget } from '#platform/rpc/target.ts';
import { thisCommand } from '#platform/this-command.ts';
import { CliError, exitCodes } from './failure.ts';

const pauseMs = 200;

/** Each attempt gets at least this long, so that a busy server is not mistaken for an absent one. */
const attemptMs = 1_500;

/** Long enough for a service that restarts; short enough for a person who waits. */
export const firstAnswerMs = 1_000;

/** Long enough for a server that was started at the same moment. */
export const startMs = 15_000;

/** After this time without an answer, the user is told so. */
const silenceMs = 1_000;

export interface ContactOptions {
  readonly signal: AbortSignal;
  /** How long the server may take for its first answer. */
  readonly withinMs: number;
  /** Whether to keep trying an address that does not resolve: it may resolve soon. */
  readonly anyAddress?: boolean;
  /** Called once when the server is slow to answer. */
  readonly onSilence?: () => void;
}

/**
 * Resolves once the server has answered anything. It fails sooner than later calls do, so that a mistyped address is
 * reported quickly.
 *
 * @throws CliError when it does not answer; FilemillError when a proxy on the way answers instead
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
  const start =
    linkOfTarget(server) === 'LOCAL'
      ? `Start it with \`${thisCommand()} up\``
      : 'Check that it runs, and that no firewall keeps this machine out';
  const action = `${start}, or name another with --server or FILEMILL_SERVER.`;
  return new CliError(exitCodes.unavailable, `${server} does not answer: ${message.replace(/\.$/, '')}.`, action);
}
