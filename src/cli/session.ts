import type { Command } from 'commander';
import type { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel, type RpcClient } from '#platform/rpc/client.ts';
import type { RetryOptions } from '#platform/rpc/retry.ts';
import { type Connection, connectionOf } from './connection/connection.ts';
import { type ContactOptions, contact, firstAnswerMs, startMs } from './contact.ts';
import { CliError, type ExitCode, exitCodes } from './failure.ts';
import { formatOf, type GlobalOptions } from './options.ts';
import { formatDuration, printable } from './output/printable.ts';
import { Terminal } from './output/terminal.ts';
import type { Format } from './output/writer.ts';

/** What a command works with while it runs. */
export interface Session {
  readonly server: string;
  /** What the way to the server comes from, where that is more than this program's own choice. */
  readonly told?: Connection['told'];
  readonly channel: RpcChannel;
  readonly uploads: RpcClient<typeof UploadService>;
  readonly files: RpcClient<typeof MetadataService>;
  readonly results: RpcClient<typeof ResultService>;
  readonly terminal: Terminal;
  readonly format: Format;
  /** Aborted by Ctrl-C, SIGTERM and --timeout, with a CliError as its reason. */
  readonly signal: AbortSignal;
  /** Retries for as long as --retry-for says or suits the command, with a remark when the server is away. */
  readonly retry: RetryOptions;
}

const persistenceMs = 60_000;

export interface SessionNeeds {
  /** True for commands that begin work: they wait for a starting server, and retry for a minute when it goes away. */
  readonly persistent?: boolean;
  /** False for a command that checks by itself whether the server answers. */
  readonly contact?: boolean;
}

/**
 * Makes a commander action of a function that takes a session and answers with an exit code. It runs once the server
 * has answered. A query fails within seconds when there is no server, unless --retry-for says otherwise.
 */
export function withSession<Args extends unknown[]>(
  run: (session: Session, ...args: Args) => Promise<ExitCode>,
  needs: SessionNeeds = {},
): (...args: [...Args, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const args = given.slice(0, -1) as unknown as Args;
    const options = command.optsWithGlobals<GlobalOptions>();
    using stop = new StopSignal(options.timeout);
    const { server, proxy, authorization, tls, told } = await connectionOf(options);
    using channel = new RpcChannel(server, { proxy, authorization, tls });
    const session = { ...openSession(options, channel, stop.signal, needs), told };
    try {
      if (needs.contact !== false) await contact(channel, firstContact(options, session, needs));
      process.exitCode = await run(session, ...args);
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      session.terminal.status('');
    }
  };
}

export function openSession(
  options: GlobalOptions,
  channel: RpcChannel,
  signal: AbortSignal,
  { persistent = false }: SessionNeeds,
): Session {
  const forMs = options.retryFor ?? (persistent ? persistenceMs : firstAnswerMs);
  const terminal = new Terminal(options);
  return {
    server: channel.target,
    channel,
    uploads: channel.client(UploadService),
    files: channel.client(MetadataService),
    results: channel.client(ResultService),
    terminal,
    format: formatOf(options),
    signal,
    retry: { signal, forMs, onRetry: outageRemark(terminal, channel.target, forMs) },
  };
}

/** Tells the user that the server is away, at most every 10 s. @throws FilemillError when waiting does not help */
function outageRemark(terminal: Terminal, server: string, forMs: number): (error: FilemillError) => void {
  const silenceMs = 10_000;
  let saidAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (error.reason === 'STORE_REFUSES') throw error;
    if (performance.now() - saidAt < silenceMs && !terminal.verbose) return;
    saidAt = performance.now();
    const why = printable(error.message.replace(/\.$/, ''));
    terminal.note(`${server}: ${why}. Retrying for up to ${formatDuration(forMs)}…`);
  };
}

function firstContact(
  { retryFor }: GlobalOptions,
  { server, signal, terminal }: Session,
  { persistent = false }: SessionNeeds,
): ContactOptions {
  const withinMs = retryFor ?? (persistent ? startMs : firstAnswerMs);
  const remark = `${server} does not answer yet; trying for up to ${formatDuration(withinMs)}…`;
  // A query gives up so soon that no remark is needed.
  const isLong = withinMs > firstAnswerMs;
  return {
    signal,
    withinMs,
    anyAddress: retryFor !== undefined,
    ...(isLong && { onSilence: () => terminal.note(remark) }),
  };
}

class StopSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onSignal = () => {
    // A second Ctrl-C exits at once.
    if (this.#controller.signal.aborted) process.exit(exitCodes.interrupted);
    this.#controller.abort(new CliError(exitCodes.interrupted, 'Interrupted.'));
  };

  constructor(timeoutMs: number | undefined) {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, this.#onSignal);
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#timedOut(timeoutMs), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, this.#onSignal);
  }

  #timedOut(timeoutMs: number): void {
    const message = `Not done after ${formatDuration(timeoutMs)}.`;
    this.#controller.abort(
      new CliError(exitCodes.unavailable, message, 'Allow more time with --timeout, or run `filemill doctor`.'),
    );
  }
}
