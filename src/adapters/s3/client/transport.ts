import { AwsV4Signer } from 'aws4fetch';
import { Agent, type Dispatcher } from 'undici';
import { sleep } from '#platform/abort.ts';
import { Outage } from '#platform/rpc/outage.ts';
import { type CredentialSource, type Credentials, standardCredentials } from './credentials.ts';
import { S3Fault, s3Error } from './faults.ts';
import type { S3Location } from './location.ts';
import { parseXml } from './xml.ts';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Without the prefix of the location; absent for requests to the bucket. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses that are answers and not failures, beside those of success. */
  readonly expect?: readonly number[];
}

export interface S3Answer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: Buffer;
}

export interface TransportOptions {
  readonly credentials?: CredentialSource;
  /** How long to repeat a request that fails, in milliseconds from its first failure. */
  readonly patienceMs?: number;
}

/** Gateways that start again answer within seconds. */
const defaultPatienceMs = 15_000;
/** How many connections lead to one server: a burst queues here and not there. */
const connections = 64;
const connectTimeoutMs = 5_000;
/** How long a server may say nothing, after the last byte of a request and between bytes of its answer. */
const silenceMs = 30_000;

/** Signs requests, sends them, and repeats those that may succeed a moment later. Every request may be repeated. */
export class S3Transport implements AsyncDisposable {
  readonly location: S3Location;
  readonly #credentials: CredentialSource;
  readonly #patienceMs: number;
  readonly #agent: Agent;
  /** Keys derived for signatures, by day and credentials. */
  readonly #signingKeys = new Map<string, ArrayBuffer>();
  readonly #closing = new AbortController();

  constructor(location: S3Location, options: TransportOptions = {}) {
    this.location = location;
    this.#credentials = options.credentials ?? standardCredentials();
    this.#patienceMs = options.patienceMs ?? defaultPatienceMs;
    this.#agent = new Agent({
      connections,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
  }

  /** @throws FilemillError when the server refuses, or fails for longer than `patienceMs` */
  async call(request: S3Request): Promise<S3Answer> {
    const outage = new Outage(this.#patienceMs);
    for (;;) {
      try {
        return await this.#attempt(request);
      } catch (error) {
        if (!(error instanceof S3Fault)) throw error;
        if (!error.passing || outage.isTooLong()) throw s3Error(error);
        await sleep(outage.nextDelayMs(), this.#closing.signal);
        if (this.#closing.signal.aborted) throw s3Error(error);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#agent.destroy();
  }

  async #attempt(request: S3Request): Promise<S3Answer> {
    const sent = await this.#sign(request);
    const answer = await receive(() => this.#agent.request(sent));
    if (!isExpected(answer, request)) throw faultOf(answer);
    return answer;
  }

  async #sign({ method, key, query, headers, body }: S3Request): Promise<Dispatcher.RequestOptions> {
    const { endpoint, region, bucket, prefix } = this.location;
    const url = new URL(`${endpoint}/${bucket}${key === undefined ? '' : `/${prefix}${key}`}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers },
      ...(await this.#findCredentials()),
      service: 's3',
      region,
      cache: this.#signingKeys,
    });
    const signed = await signer.sign();
    // The server derives the signature from what it receives, so nothing may be encoded anew.
    const path = `${signer.encodedPath}${signer.encodedSearch && `?${signer.encodedSearch}`}`;
    return { origin: endpoint, method, path, headers: Object.fromEntries(signed.headers), body: body ?? null };
  }

  async #findCredentials(): Promise<Credentials> {
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await this.#credentials();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    } catch (cause) {
      throw s3Error(new S3Fault(401, 'CredentialsMissing', (cause as Error).message, { cause }));
    }
  }
}

async function receive(send: () => Promise<Dispatcher.ResponseData>): Promise<S3Answer> {
  try {
    const { statusCode, headers, body } = await send();
    const header = (name: string) => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    return { status: statusCode, header, body: Buffer.from(await body.bytes()) };
  } catch (cause) {
    const { code = 'AWAY', message } = cause as NodeJS.ErrnoException;
    throw new S3Fault(0, code, message, { cause });
  }
}

function isExpected(answer: S3Answer, { expect = [] }: S3Request): boolean {
  if (answer.status < 300) return !isLateError(answer);
  // A bucket that is away is a fault, and does not mean that the object was removed.
  return expect.includes(answer.status) && !(answer.status === 404 && answer.body.includes('<Code>NoSuchBucket<'));
}

/** A server that works for long on a request sends 200 at once, and perhaps an error afterwards. */
function isLateError({ status, body }: S3Answer): boolean {
  return status === 200 && body.length < 4_096 && /^(<\?xml[^>]*>\s*)?<Error>/.test(body.toString('latin1', 0, 512));
}

function faultOf({ status, body }: S3Answer): S3Fault {
  const document = parseXml(body.toString());
  const code = document.text('Code') ?? String(status);
  return new S3Fault(
    status === 200 ? 500 : status,
    code,
    document.text('Message') || `The object store answered ${status} ${code}.`,
  );
}
