import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

type Headers = Readonly<Record<string, string>>;

/** The requests of tus 1.0, as its text has them. */
export class TusRequests {
  readonly #endpoint: string;

  constructor(base: string) {
    this.#endpoint = `${base}/uploads`;
  }

  /** @param length undefined for none */
  create(length: number | undefined, headers: Headers = {}, body?: Uint8Array): Promise<Response> {
    return this.#send('POST', this.#endpoint, {
      headers: {
        ...(length !== undefined && { 'upload-length': String(length) }),
        ...(body !== undefined && { 'content-type': tusContent }),
        ...headers,
      },
      body,
    });
  }

  /** Where an upload of this name was begun. */
  async begin(filename: string, length: number, headers: Headers = {}): Promise<string> {
    const response = await this.create(length, { 'upload-metadata': metadata({ filename }), ...headers });
    if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
    return new URL(response.headers.get('location') ?? '', this.#endpoint).href;
  }

  head(url: string, headers: Headers = {}): Promise<Response> {
    return this.#send('HEAD', url, { headers });
  }

  patch(url: string, offset: number | undefined, body: Uint8Array | string, headers: Headers = {}): Promise<Response> {
    return this.#send('PATCH', url, {
      headers: {
        'content-type': tusContent,
        ...(offset !== undefined && { 'upload-offset': String(offset) }),
        ...headers,
      },
      body,
    });
  }

  delete(url: string, headers: Headers = {}): Promise<Response> {
    return this.#send('DELETE', url, { headers });
  }

  /** A PATCH whose body the test writes by itself. */
  open(url: string, offset: number, headers: Headers = {}): ClientRequest {
    const sending = request(url, {
      method: 'PATCH',
      headers: { ...resumable, 'content-type': tusContent, 'upload-offset': String(offset), ...headers },
    });
    sending.on('error', () => undefined);
    return sending;
  }

  /** A locked upload is asked for again, as all clients do. */
  async #send(
    method: string,
    url: string,
    { headers = {}, body }: { headers?: Headers; body?: Uint8Array | string | undefined },
  ): Promise<Response> {
    const init = { method, headers: { ...resumable, ...headers } };
    for (;;) {
      const response = await fetch(url, body === undefined ? init : { ...init, body: Buffer.from(body) });
      if (response.status !== 423) return response;
      await response.text();
    }
  }
}

const resumable = { 'tus-resumable': '1.0.0' } as const;
const tusContent = 'application/offset+octet-stream';

/** As `Upload-Metadata` has it. */
export function metadata(pairs: Headers): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

export async function statusOf(sending: ClientRequest): Promise<number> {
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}
