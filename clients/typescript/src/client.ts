import { surroundings, trustingFetch } from '#platform';
import type {
  Deleted,
  File as FileInfo,
  FilesFilter,
  FilesPage,
  Result,
  ResultsFilter,
  ResultsPage,
  Retried,
} from './api.ts';
import type { Content } from './content.ts';
import { download } from './download.ts';
import { FilemillError } from './errors.ts';
import { Http, type Request } from './http.ts';
import { pause } from './retry.ts';
import type { Trust } from './trust.ts';
import { upload } from './upload.ts';
import type { Uploaded, UploadOptions } from './upload-options.ts';

export interface FilemillOptions extends Trust {
  /**
   * Where Filemill answers, such as `https://files.example` or, behind a proxy, `https://example/filemill`. Unless set,
   * FILEMILL_URL or `http://127.0.0.1:8080`; in a browser, where the page came from.
   */
  readonly url?: string | URL;
  /** A token or a JWT, or what fetches one before each request; FILEMILL_TOKEN unless set. */
  readonly token?: string | (() => string | Promise<string>);
  /** How long an answer may take to begin, 60 s unless set; requests with a body have more, by its size. */
  readonly timeoutMs?: number;
  /** How often a request is sent again while the server is away or busy, 7 times unless set: for about 30 s. */
  readonly retries?: number;
  /** In place of the platform's. */
  readonly fetch?: typeof fetch;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

interface WaitOptions extends CallOptions {
  /** No limit unless set. */
  readonly timeoutMs?: number;
}

const firstLookMs = 100;
const laterLookMs = 2_000;

/** A Filemill server. */
export class Filemill {
  readonly #http: Http;

  constructor(options: FilemillOptions = {}) {
    const around = surroundings();
    const { url = around.url, token = around.token, timeoutMs = 60_000, retries = 7 } = options;
    this.#http = new Http({
      base: String(url).replace(/\/+$/, ''),
      token: typeof token === 'string' ? () => token : token,
      timeoutMs,
      retries,
      fetch: options.fetch ?? fetchOf(String(url), { caFile: around.caFile, ...options }),
    });
  }

  /**
   * Uploads a file. When this resolves, the server keeps it. Content of 8 MiB and more is sent in pieces, and continues
   * after a broken connection.
   */
  async upload(content: Content, options: UploadOptions = {}): Promise<Uploaded> {
    return await upload(this.#http, content, options);
  }

  /** Waits until the file is COMPLETED or FAILED. @throws FilemillError TIMED_OUT */
  async wait(id: string, { timeoutMs = Number.POSITIVE_INFINITY, signal }: WaitOptions = {}): Promise<FileInfo> {
    const until = Date.now() + timeoutMs;
    for (let restMs = firstLookMs; ; restMs = Math.min(restMs * 1.5, laterLookMs)) {
      const file = await this.get(id, { signal });
      if (file.status === 'COMPLETED' || file.status === 'FAILED') return file;
      if (Date.now() + restMs > until) throw notEnded(file, timeoutMs);
      await pause(restMs, signal);
    }
  }

  async get(id: string, { signal }: CallOptions = {}): Promise<FileInfo> {
    return await this.#http.json({ path: pathOf(id), signal });
  }

  /** What the analysis found. @throws FilemillError RESULT_NOT_FOUND unless the file is COMPLETED */
  async result(id: string, { signal }: CallOptions = {}): Promise<Result> {
    return await this.#http.json({ path: `${pathOf(id)}/result`, signal });
  }

  /** Files, newest first; pages are fetched as they are needed. */
  files(filter: FilesFilter = {}, { signal }: CallOptions = {}): AsyncGenerator<FileInfo, void, void> {
    const pages = this.#pages<FilesPage>({ path: '/api/v1/files', query: filter, signal });
    return each(pages, (page) => page.files);
  }

  /** Results, newest files first; pages are fetched as they are needed. */
  results(filter: ResultsFilter = {}, { signal }: CallOptions = {}): AsyncGenerator<Result, void, void> {
    const pages = this.#pages<ResultsPage>({ path: '/api/v1/results', query: filter, signal });
    return each(pages, (page) => page.results);
  }

  /** The bytes of a file. A download that breaks off goes on where it was. */
  download(id: string, { signal }: CallOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    return download(this.#http, id, signal);
  }

  /** Gives a FAILED file another round of attempts. @throws FilemillError NOT_FAILED */
  async retry(id: string, { signal }: CallOptions = {}): Promise<FileInfo> {
    let isAgain = false;
    try {
      return await this.#http.json({ method: 'POST', path: `${pathOf(id)}/retry`, signal }, () => {
        isAgain = true;
      });
    } catch (error) {
      if (!(isAgain && isCode(error, 'NOT_FAILED'))) throw error;
      return await this.get(id, { signal });
    }
  }

  /** Gives FAILED files another round of attempts, at most 1,000; tells what became of each. */
  async retryAll(ids: readonly string[], { signal }: CallOptions = {}): Promise<Retried['items']> {
    const { items } = await this.#http.json<Retried>({ ...post('/api/v1/files:retry', { ids }), signal });
    return items;
  }

  /** Deletes a file in any state, with its result. @throws FilemillError FILE_NOT_FOUND */
  async delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    let isAgain = false;
    try {
      await this.#http.send({ method: 'DELETE', path: pathOf(id), signal }, () => {
        isAgain = true;
      });
    } catch (error) {
      if (!(isAgain && isCode(error, 'FILE_NOT_FOUND'))) throw error;
    }
  }

  /** Deletes files in any state, at most 1,000, with their results; tells what became of each. */
  async deleteAll(ids: readonly string[], { signal }: CallOptions = {}): Promise<Deleted['items']> {
    const { items } = await this.#http.json<Deleted>({ ...post('/api/v1/files:delete', { ids }), signal });
    return items;
  }

  async *#pages<Page extends { readonly next_page_token: string }>(request: Request): AsyncGenerator<Page> {
    let token = '';
    do {
      const query = { ...request.query, ...(token !== '' && { page_token: token }) };
      const page = await this.#http.json<Page>({ ...request, query });
      yield page;
      token = page.next_page_token;
    } while (token !== '');
  }
}

function fetchOf(url: string, { caFile, certFile, keyFile }: Trust): typeof fetch {
  const isOwnTrust = caFile !== undefined || certFile !== undefined || keyFile !== undefined;
  return isOwnTrust && url.startsWith('https:')
    ? trustingFetch({ caFile, certFile, keyFile })
    : globalThis.fetch.bind(globalThis);
}

async function* each<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): AsyncGenerator<Item, void, void> {
  for await (const page of pages) yield* itemsOf(page);
}

function post(path: string, body: object): Request {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path, headers, body: new TextEncoder().encode(JSON.stringify(body)) };
}

function pathOf(id: string): string {
  return `/api/v1/files/${encodeURIComponent(id)}`;
}

function isCode(error: unknown, code: FilemillError['code']): boolean {
  return error instanceof FilemillError && error.code === code;
}

function notEnded({ id, status }: FileInfo, timeoutMs: number): FilemillError {
  return new FilemillError(
    'TIMED_OUT',
    `The file ${id} is still ${status} after ${timeoutMs / 1_000} s.`,
    'Wait for longer; if no file ends, ask the operator whether workers are running.',
  );
}
