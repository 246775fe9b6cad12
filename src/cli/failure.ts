import { CommanderError } from 'commander';
import { catalogue, FilemillError, type StatusName } from '#domain/errors.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { thisCommand } from '#platform/this-command.ts';
import { printable } from './output/printable.ts';

export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  someFailed: 3,
  notFound: 4,
  unavailable: 5,
  notAllowed: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each says to the script that looks at it. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'something unexpected happened',
  2: 'the command or a setting makes no sense',
  3: 'some files failed or were refused',
  4: 'something that was asked for does not exist',
  5: 'the server is not available, or it took too long',
  6: 'the caller is not allowed to do this',
  130: 'interrupted',
};

/** A failure of the command line itself: what happened, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  readonly action: string | undefined;

  constructor(exitCode: ExitCode, message: string, action?: string) {
    super(message);
    this.exitCode = exitCode;
    this.action = action;
  }
}

/** The one place that turns a failure into words on stderr and an exit code. */
export function reportFailure(error: unknown, write = (text: string) => void process.stderr.write(text)): ExitCode {
  // Commander has already said what is wrong; code 0 means that help or the version was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  write(`filemill: ${describeFailure(error)}\n`);
  return exitCodeOf(error);
}

/** Says what happened, why, and what to do, safe to print on a terminal. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const what = error instanceof FilemillError ? whatHappened(error) : sentence(error.message);
  const action = whatToDo(error);
  const lines = [what, ...(action === undefined ? [] : [`→ ${action}`])];
  // An operator finds an unexpected failure in the logs by this id.
  if (error instanceof FilemillError && error.reason === 'INTERNAL' && error.requestId !== undefined)
    lines.push(`Request id: ${error.requestId}`);
  return printable(lines.join('\n  '), { keepNewlines: true });
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof FilemillError) return isRefusedAccess(error) ? exitCodes.notAllowed : byStatus(error);
  if (error instanceof Error && error.name === 'ConfigError') return exitCodes.usage;
  return exitCodes.unexpected;
}

function byStatus(error: FilemillError): ExitCode {
  if (error.retryAfterMs !== undefined) return exitCodes.unavailable;
  const codes: Partial<Record<StatusName, ExitCode>> = {
    NOT_FOUND: exitCodes.notFound,
    DEADLINE_EXCEEDED: exitCodes.unavailable,
    PERMISSION_DENIED: exitCodes.notAllowed,
    INTERNAL: exitCodes.unexpected,
    INVALID_ARGUMENT: error.reason === 'REQUEST_INVALID' ? exitCodes.usage : exitCodes.someFailed,
  };
  return codes[catalogue[error.reason].code] ?? exitCodes.someFailed;
}

/** gRPC's PERMISSION_DENIED (7) and UNAUTHENTICATED (16), which have no word in the catalogue. */
function isRefusedAccess({ cause }: FilemillError): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 7 || cause.code === 16);
}

function whatHappened(error: FilemillError): string {
  const { what } = catalogue[error.reason];
  return error.message === what || isStoreFault(error)
    ? error.message
    : `${what} (${error.message.replace(/\.$/, '')})`;
}

function whatToDo(error: Error): string | undefined {
  if (error instanceof CliError) return error.action;
  if (!(error instanceof FilemillError)) return undefined;
  if (error.reason !== 'UNAVAILABLE') return error.action;
  if (isStoreFault(error)) return 'Try again later; `filemill doctor` shows which services are affected.';
  const command = thisCommand();
  return `Start the server with \`${command} up\`, or name another with --server or FILEMILL_SERVER; \`${command} doctor\` tells more.`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
