import type { ServerErrorCode } from './api.ts';

/** What goes wrong on this side of the connection. */
export type ClientErrorCode =
  /** The server cannot be reached, or the connection broke, also when tried again. */
  | 'UNREACHABLE'
  /** No answer came in time, or the file did not end in time. */
  | 'TIMED_OUT'
  /** Something else than Filemill answered, such as a proxy. */
  | 'UNEXPECTED_ANSWER'
  /** The content cannot be read, or does not have its declared size. */
  | 'CONTENT_UNREADABLE';

export type ErrorCode = ServerErrorCode | ClientErrorCode;

interface ErrorDetails {
  readonly cause?: unknown;
  readonly status?: number;
  readonly facts?: Readonly<Record<string, string>>;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** Everything that this package throws, but for the reason of a signal that the caller aborts. */
export class FilemillError extends Error {
  override readonly name = 'FilemillError';
  /** What to decide by; a newer server may have codes that this version does not know. */
  readonly code: ErrorCode;
  /** What to do about it, for people. */
  readonly advice: string;
  /** The HTTP status; undefined without an answer. */
  readonly status: number | undefined;
  /** Such as `{ declared: '10', received: '12' }`. */
  readonly facts: Readonly<Record<string, string>>;
  /** The id under which the logs of the server tell more. */
  readonly requestId: string | undefined;
  /** The wait that the server asked for; undefined if it asked for none. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, advice: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.advice = advice;
    this.status = details.status;
    this.facts = details.facts ?? {};
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Reads the problem (RFC 9457) of an answer that is not a success. */
export async function errorOf(answer: Response): Promise<FilemillError> {
  const { status, headers } = answer;
  const requestId = headers.get('x-request-id') ?? undefined;
  const known = { status, requestId, retryAfterMs: retryAfterMs(headers.get('retry-after')) };
  const problem = await problemIn(answer);
  if (problem === undefined)
    return new FilemillError(
      'UNEXPECTED_ANSWER',
      `${answer.url} answered ${status} and not as Filemill does.`,
      'Check the address of the server, and what is between it and you.',
      known,
    );
  const { reason, detail, action, facts = {} } = problem;
  return new FilemillError(reason, detail, action, { ...known, facts });
}

interface Problem {
  readonly reason: ServerErrorCode;
  readonly detail: string;
  readonly action: string;
  readonly facts?: Readonly<Record<string, string>>;
}

async function problemIn(answer: Response): Promise<Problem | undefined> {
  const text = await answer.text().catch(() => '');
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const problem: Partial<Problem> = JSON.parse(text);
  return typeof problem.reason === 'string' ? (problem as Problem) : undefined;
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
