import { errorOf, FilemillError } from './errors.ts';
import { isWorthRetrying, pause, pauseMs } from './retry.ts';

export interface HttpSettings {
  /** Without a slash at its end. */
  readonly base: string;
  readonly token: (() => string | Promise<string>) | undefined;
  /** Until an answer begins; a body that is sent has more, by its size. */
  readonly timeoutMs: number;
  /** How often a request is sent again, at most. */
  readonly retries: number;
  readonly fetch: typeof fetch;
}

export interface Request {
  readonly method?: string;
  /** Below the base: `/api/v1/files`. */
  readonly path: string;
  readonly query?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
  /** The answer is complete when it is handed on; otherwise its body is still to come. */
  readonly isWhole?: boolean;
}

/** A link slower than this is taken for broken. */
const leastBytesPerMs = 16;

/** Sends requests. Those that it repeats must mean the same when they arrive twice. */
export class Http {
  readonly settings: HttpSettings;

  constructor(settings: HttpSettings) {
    this.settings = settings;
  }

  /** @throws FilemillError */
  async json<Body>(request: Request, onAgain?: () => void): Promise<Body> {
    const answer = await this.send({ ...request, isWhole: true }, onAgain);
    return (await answer.json()) as Body;
  }

  /**
   * Sends a request until it is answered with a success or a refusal that would come again.
   *
   * @param onAgain called before the request is sent again
   * @throws FilemillError
   */
  async send(request: Request, onAgain?: () => void): Promise<Response> {
    for (let failures = 1; ; failures += 1)
      try {
        return await this.once(request);
      } catch (error) {
        if (failures > this.settings.retries || !isWorthRetrying(error)) throw error;
        await pause(pauseMs(failures, error), request.signal);
        onAgain?.();
      }
  }

  /** @throws FilemillError */
  async once({
    method = 'GET',
    path,
    query = {},
    headers = {},
    body,
    signal,
    isWhole = false,
  }: Request): Promise<Response> {
    const { base, token, timeoutMs, fetch: send } = this.settings;
    const authorization = token && { authorization: `Bearer ${await token()}` };
    const patienceMs = timeoutMs + (body?.length ?? 0) / leastBytesPerMs;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), patienceMs);
    try {
      const answer = await send(base + path + written(query), {
        method,
        headers: { ...authorization, ...headers },
        ...(body && { body }),
        // What a browser attaches by itself is no credential of this client.
        credentials: 'omit',
        signal: signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]),
      });
      if (answer.ok) return isWhole ? await whole(answer) : answer;
      throw await errorOf(answer);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof FilemillError ? error : failure(error, base, timeout.signal.aborted, patienceMs);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function whole(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  return new Response(await answer.arrayBuffer(), { status, headers });
}

function failure(cause: unknown, base: string, isTimeout: boolean, patienceMs: number): FilemillError {
  if (isTimeout)
    return new FilemillError(
      'TIMED_OUT',
      `${base} did not answer within ${Math.round(patienceMs / 1_000)} s.`,
      'Check that the server is running; give slow links a larger timeoutMs.',
      { cause },
    );
  return new FilemillError(
    'UNREACHABLE',
    `${base} cannot be reached: ${innermost(cause)}`,
    'Check the address, and that the server is running.',
    { cause },
  );
}

/** fetch of Node says "fetch failed", and why in the cause. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? innermost(error.cause) : error.message || String(error);
}

function written(query: object): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, String(one)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
